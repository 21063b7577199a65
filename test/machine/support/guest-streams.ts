/**
 * JavaScript for `makeFakeQemu`: the guest's side of the streams over a port (guest/init/README.md, "Streams").
 * `guestStreams(port, onConnection)` calls `onConnection` with a stream for each connection that the host makes.
 */
export const GUEST_STREAMS = `
function guestStreams(port, onConnection) {
  const { Duplex } = require('node:stream');
  const [OPEN, DATA, ROOM, CLOSE] = [1, 2, 3, 4];
  const streams = new Map();
  const say = (number, type, payload, then) => {
    const header = Buffer.alloc(8);
    header.writeUInt32LE(number, 0);
    header.writeUInt16LE(payload.length, 4);
    header[6] = type;
    port.write(Buffer.concat([header, payload]), then);
  };
  const numberOf = (value) => { const bytes = Buffer.alloc(4); bytes.writeUInt32LE(value); return bytes; };
  const open = (number) => {
    let room = 64 << 10;
    let waiting;
    const go = () => {
      if (!waiting || room === 0) return;
      const { bytes, done } = waiting;
      const piece = bytes.subarray(0, Math.min(room, 16 << 10));
      room -= piece.length;
      waiting = piece.length === bytes.length ? undefined : { bytes: bytes.subarray(piece.length), done };
      say(number, DATA, piece, waiting ? go : done);
    };
    const stream = new Duplex({
      read() {},
      write(bytes, _, done) {
        if (bytes.length === 0) return done();
        waiting = { bytes, done };
        go();
      },
      destroy(error, done) {
        if (streams.delete(number)) say(number, CLOSE, Buffer.alloc(0));
        done(error);
      },
    });
    // As a server closes a connection when it has sent the whole reply.
    stream.on('finish', () => stream.destroy());
    streams.set(number, { stream, give(more) { room += more; go(); } });
    onConnection(stream);
  };
  let bytes = Buffer.alloc(0);
  port.on('data', (more) => {
    bytes = Buffer.concat([bytes, more]);
    while (bytes.length >= 8 && bytes.length >= 8 + bytes.readUInt16LE(4)) {
      const [number, type] = [bytes.readUInt32LE(0), bytes[6]];
      const payload = bytes.subarray(8, 8 + bytes.readUInt16LE(4));
      bytes = bytes.subarray(8 + payload.length);
      const known = streams.get(number);
      if (type === OPEN) open(number);
      if (type === DATA && known) {
        known.stream.push(payload);
        say(number, ROOM, numberOf(payload.length));
      }
      if (type === ROOM && known) known.give(payload.readUInt32LE(0));
      if (type === CLOSE && known) { streams.delete(number); known.stream.destroy(); }
    }
  });
}
`;
