// Ports of a virtio serial device: byte streams to the host that have names
// (virtio specification, 5.3 Console Device).
#ifndef ZOSIA_VIRTIO_PORT_H
#define ZOSIA_VIRTIO_PORT_H

// Finds the port of that name and opens it. Waits a moment for it, and for the host to open its end, if the
// machine has a virtio serial device. Returns its descriptor, or -1.
int virtio_port_open(const char *name, int flags);

#endif
