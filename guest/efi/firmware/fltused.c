// Marks a program that uses floating point, for linkers of this object format.
extern int _fltused;
int _fltused = 1;
