"""The time that the twin's cameras write into their pictures for machines (docs/cameras.md), read in the page.

Knows: where the code's blocks are, and how one is checked.
Refuses to know: which page shows the picture.
"""

from __future__ import annotations

READ_CODE = """
(picture) => {
  const width = picture.videoWidth ?? picture.width, height = picture.videoHeight ?? picture.height;
  if (!width || !height) return null;
  const side = width / 40;
  const canvas = document.createElement("canvas");
  canvas.width = width; canvas.height = Math.ceil(side * 2);
  const pen = canvas.getContext("2d", {willReadFrequently: true});
  pen.drawImage(picture, 0, 0);
  const {data} = pen.getImageData(0, 0, width, canvas.height);
  const bits = [];
  for (let row = 0; row < 2; row++)
    for (let column = 0; column < 40; column++) {
      const x = Math.floor((column + 0.5) * side), y = Math.floor((row + 0.5) * side);
      bits.push(data[(y * width + x) * 4 + 1] > 128 ? 1 : 0);
    }
  const number = (from, count) => bits.slice(from, from + count).reduce((sum, bit) => sum * 2 + bit, 0);
  if (bits[0] !== 1 || bits[1] !== 0 || bits[78] !== 0 || bits[79] !== 1) return null;
  let crc = 0xffff;
  const said = [0, 0, 0, 0, ...bits.slice(2, 62)];
  for (const bit of said) {
    const high = (crc >> 15) ^ bit;
    crc = ((crc << 1) ^ (high ? 0x1021 : 0)) & 0xffff;
  }
  if (crc !== number(62, 16)) return null;
  return {ms: number(2, 42), frame: number(44, 16)};
}
"""
"""A function of a canvas, video or frame: what its code says (`ms` since 1970, `frame`), or null when it has none."""
