"use strict";
// Shows pair after pair, keeps every choice in this browser, and turns the choices into a code. Loads and sends nothing.
const told = JSON.parse(document.getElementById("told").textContent);
const key = "audition " + told.id;
const element = (id) => document.getElementById(id);
const marks = told.pairs.map(() => "-");
let at = 0;

function recall() {
  try {
    const kept = localStorage.getItem(key) || "";
    for (let i = 0; i < marks.length; i++) if ("12s".includes(kept[i] || "-")) marks[i] = kept[i] || "-";
  } catch (error) { /* a browser that keeps nothing for files: the choices last as long as the page is open */ }
  const open = marks.indexOf("-");
  at = open < 0 ? marks.length : open;
}

function keep() {
  try { localStorage.setItem(key, marks.join("")); } catch (error) { /* as above */ }
}

// CRC-32 (ISO 3309), as zlib computes it.
function check(text) {
  let crc = 0xffffffff;
  for (let i = 0; i < text.length; i++) {
    crc ^= text.charCodeAt(i);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return ((crc ^ 0xffffffff) >>> 0).toString(16).padStart(8, "0");
}

function code() {
  const said = told.id + "_" + marks.join("");
  return said + "_" + check(said);
}

function show() {
  const done = at >= marks.length;
  const chosen = marks.filter((mark) => mark !== "-").length;
  element("done").style.width = (100 * chosen) / marks.length + "%";
  element("count").textContent = done ? chosen + " of " + marks.length + " chosen" : at + 1 + " of " + marks.length;
  element("pair").hidden = done;
  element("end").hidden = !done;
  element("back").disabled = at === 0;
  element("skip").hidden = done;
  element("code").value = code();
  const file = JSON.stringify({ code: code() }) + "\n";
  element("save").href = "data:application/json," + encodeURIComponent(file);
  if (done) return;
  const pair = told.pairs[at];
  element("asked").textContent = pair[0];
  if (told.sounds) {
    sound(1, pair[1]);
    sound(2, pair[2]);
    sound(0, pair[3] || "");
    element("compared").hidden = !pair[3];
  } else {
    element("text1").textContent = pair[1];
    element("text2").textContent = pair[2];
  }
  element("one").setAttribute("aria-pressed", String(marks[at] === "1"));
  element("two").setAttribute("aria-pressed", String(marks[at] === "2"));
}

function sound(number, source) {
  const player = element("sound" + number);
  player.pause();
  if (source) player.src = source; else player.removeAttribute("src");
}

// Plays one sound from its start, and no other with it.
function play(number) {
  for (const other of [0, 1, 2]) element("sound" + other).pause();
  const player = element("sound" + number);
  if (!player.src) return;
  player.currentTime = 0;
  player.play();
}

function choose(mark) {
  if (at >= marks.length) return;
  marks[at] = mark;
  at += 1;
  keep();
  show();
  window.scrollTo(0, 0);
}

function back() {
  if (at > 0) at -= 1;
  show();
}

element("one").addEventListener("click", () => choose("1"));
element("two").addEventListener("click", () => choose("2"));
element("skip").addEventListener("click", () => choose("s"));
element("back").addEventListener("click", back);
element("finish").addEventListener("click", () => { at = marks.length; show(); });
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.tagName === "TEXTAREA") return;
  if (event.key === "1" || event.key === "2") choose(event.key);
  else if (event.key === "s") choose("s");
  else if (event.key === "ArrowLeft") back();
  else if (told.sounds && at < marks.length && "xab".includes(event.key)) play("xab".indexOf(event.key));
});
recall();
show();
