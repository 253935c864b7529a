// This module renders a guest's tone without a sound card, and returns the samples and the errors of the processor.

const FRAMES = 128;

export async function rendered(bytes, blocks, live) {
  const context = new OfflineAudioContext(1, FRAMES * blocks, 48000);
  await context.audioWorklet.addModule("/hosts/tests/tone.mjs");
  const module = await WebAssembly.compile(Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0)));
  const node = new AudioWorkletNode(context, "tone", {
    numberOfInputs: 0,
    outputChannelCount: [1],
    processorOptions: { module, live },
  });
  const complaints = [];
  let ended = false;
  const complained = new Promise((done) => {
    node.port.onmessage = ({ data }) => done(complaints.push(data));
  });
  const failed = new Promise((done) => {
    node.onprocessorerror = () => done((ended = true));
  });
  node.connect(context.destination);
  const samples = [...(await context.startRendering()).getChannelData(0)];
  // Both events come after the rendering, in any order, and only if the processor fails.
  await Promise.race([Promise.all([complained, failed]), new Promise((done) => setTimeout(done, live ? 200 : 5000))]);
  return { samples, complaints, ended };
}
