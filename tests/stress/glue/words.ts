@external("env", "tell")
declare function tell(text: string, numbers: i32[]): string;

class Word {
  text: string = "";
  count: i32 = 0;
}
const words = new Map<string, Word>();

export function add(text: string): i32 {
  const parts = text.split(" ");
  for (let i = 0; i < parts.length; i++) {
    if (!words.has(parts[i])) {
      const word = new Word();
      word.text = parts[i] + "…".repeat(700);
      words.set(parts[i], word);
    }
    words.get(parts[i]).count++;
  }
  return words.size;
}

export function scaled(data: Uint8Array, factor: i32): Uint8Array {
  const out = new Uint8Array(data.length * 3);
  for (let i = 0; i < out.length; i++) out[i] = <u8>(data[i % data.length] * factor);
  return out;
}

export function doubled(list: f64[]): Float64Array {
  const out = new Float64Array(list.length);
  for (let i = 0; i < list.length; i++) out[i] = list[i] * 2;
  return out;
}

export function all(): string[] {
  return words.keys();
}

export function told(count: i32): string {
  const keys = words.keys();
  let text = "";
  for (let i = 0; i < count; i++) text += tell(keys[i], [i, words.get(keys[i]).count]);
  return text;
}
