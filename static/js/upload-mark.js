/* portalUpload.mark(file): what tells one file from another, so that the same file picked again goes on where it stopped
   and the same photo picked twice goes up once. Made of the content, not of the name: phones call every photo image.jpg.
   All of it up to 24 MB, of longer ones (films) 96 pieces from start to end. The portal's own hash decides in the end. */
(() => {
  const WHOLE = 24 * 1048576, PIECE = 262144, PIECES = 96;

  const places = (size) => {
    if (size <= WHOLE) return Array.from({ length: Math.ceil(size / PIECE) }, (_, index) => index * PIECE);
    return Array.from({ length: PIECES }, (_, index) => Math.floor((size - PIECE) * index / (PIECES - 1)));
  };

  const stir = (state, bytes) => {
    const whole = bytes.byteLength - bytes.byteLength % 4;
    let [a, b] = state;
    for (const word of new Uint32Array(bytes, 0, whole / 4)) {
      a = Math.imul(a ^ word, 2654435761); a = a << 13 | a >>> 19;
      b = Math.imul(b ^ word, 1597334677); b = b << 17 | b >>> 15;
    }
    for (const byte of new Uint8Array(bytes, whole)) { a = Math.imul(a ^ byte, 2246822507); b = Math.imul(b ^ byte, 3266489909); }
    return [a, b];
  };

  const hex = (number) => (number >>> 0).toString(16).padStart(8, "0");

  const mark = async (file) => {
    let state = [0xdeadbeef, 0x41c6ce57];
    for (const start of places(file.size)) state = stir(state, await file.slice(start, start + PIECE).arrayBuffer());
    return `1-${file.size.toString(16)}-${hex(state[0])}${hex(state[1])}`;
  };

  window.portalUpload = Object.assign(window.portalUpload || {}, { mark });
})();
