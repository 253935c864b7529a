// Right: functions of the Web and of Node between view and use do not enter the module.
export function upload(wasm, gl, ptr, count) {
  const vertices = new Float32Array(wasm.memory.buffer, ptr, count);
  const buffer = gl.createBuffer();
  gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
  gl.bufferData(gl.ARRAY_BUFFER, vertices, gl.STATIC_DRAW);
  gl.vertexAttribPointer(0, 3, gl.FLOAT, false, 0, 0);
  return vertices[0];
}
export function play(wasm, context, ptr, length) {
  const samples = new Float32Array(wasm.memory.buffer, ptr, length);
  const buffer = context.createBuffer(1, length, 44100);
  buffer.getChannelData(0).set(samples);
  const source = context.createBufferSource();
  source.buffer = buffer;
  source.connect(context.destination);
  source.start();
  return samples.length && samples[0];
}
