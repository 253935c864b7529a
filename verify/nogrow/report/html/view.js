// Zooms and pans a drawing with the mouse, by touch and with the keyboard.

class View {
  constructor(node, layer) {
    this.node = node;
    this.layer = layer;
    this.size = { width: 1, height: 1, end: 0 };
    this.at = { x: 0, y: 0, scale: 1 };
    let held = null;
    node.addEventListener('wheel', (event) => {
      // Without Ctrl or the focus, the wheel scrolls the page.
      if (!event.ctrlKey && !node.contains(document.activeElement)) return;
      event.preventDefault();
      const box = node.getBoundingClientRect();
      this.zoom(Math.exp(-event.deltaY / 400), event.clientX - box.left, event.clientY - box.top);
    }, { passive: false });
    node.addEventListener('pointerdown', (event) => { held = { x: event.clientX, y: event.clientY, far: false }; });
    node.addEventListener('pointermove', (event) => {
      if (held === null || event.buttons === 0) return;
      const [x, y] = [event.clientX - held.x, event.clientY - held.y];
      // A click with a small movement is still a click.
      if (!held.far && Math.hypot(x, y) < 4) return;
      if (!held.far) node.setPointerCapture(event.pointerId);
      this.pan(x, y);
      held = { x: event.clientX, y: event.clientY, far: true };
    });
    for (const end of ['pointerup', 'pointercancel']) node.addEventListener(end, () => { held = null; });
  }

  // Shows the whole drawing, or only its right end with the growths if everything would be too small to read.
  fit() {
    const { clientWidth, clientHeight } = this.node;
    const [width, height] = [this.size.width + 40, this.size.height + 40];
    const whole = Math.min(clientWidth / width, clientHeight / height, 1.2);
    const scale = Math.max(whole, 0.65);
    const x = width * scale > clientWidth ? clientWidth - width * scale + 20 * scale : (clientWidth - this.size.width * scale) / 2;
    const middle = height * scale > clientHeight ? this.size.end : this.size.height / 2;
    this.at = { scale, x, y: clientHeight / 2 - middle * scale };
    this.apply();
  }

  whole() {
    const { clientWidth, clientHeight } = this.node;
    const scale = Math.min(clientWidth / (this.size.width + 40), clientHeight / (this.size.height + 40), 1.2);
    this.at = { scale, x: (clientWidth - this.size.width * scale) / 2, y: (clientHeight - this.size.height * scale) / 2 };
    this.apply();
  }

  pan(x, y) {
    this.at = { ...this.at, x: this.at.x + x, y: this.at.y + y };
    this.apply();
  }

  zoom(by, x = this.node.clientWidth / 2, y = this.node.clientHeight / 2) {
    const scale = Math.min(4, Math.max(0.02, this.at.scale * by));
    const change = scale / this.at.scale;
    this.at = { scale, x: x - (x - this.at.x) * change, y: y - (y - this.at.y) * change };
    this.apply();
  }

  // Brings a box into view with the smallest movement.
  reveal({ x, y }, { width, height }) {
    const { scale } = this.at;
    const toward = (low, high, room) => (low < 10 ? 10 - low : high > room - 10 ? Math.max(room - 10 - high, 10 - low) : 0);
    const [left, top] = [x * scale + this.at.x, y * scale + this.at.y];
    this.pan(toward(left, left + width * scale, this.node.clientWidth),
      toward(top, top + height * scale, this.node.clientHeight));
  }

  apply() {
    const { x, y, scale } = this.at;
    this.layer.setAttribute('transform', `translate(${x} ${y}) scale(${scale})`);
  }

  // Handles a key and returns whether it was a zoom or pan key.
  key(event, arrows) {
    const step = 60;
    const moves = { ArrowLeft: [step, 0], ArrowRight: [-step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    if (event.key === '+' || event.key === '=') this.zoom(1.25);
    else if (event.key === '-') this.zoom(0.8);
    else if (event.key === '0') this.whole();
    else if (arrows && event.key in moves) this.pan(...moves[event.key]);
    else return false;
    event.preventDefault();
    return true;
  }
}
