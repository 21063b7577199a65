import { Chat } from './chat.js';

/** The program of the page of `zosia serve`. */
new Chat();
