"""A browser plays what the relay sends, by MediaSource and by WebCodecs, as docs/relay.md says it is to be done."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright

from center.relay import Source
from tests.center.relay.camera import Camera
from tests.center.relay.clips import clip
from tests.center.relay.house import PATIENCE_S, House, house
from tests.servers import missing

pytestmark = [pytest.mark.wire, pytest.mark.browser]
CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync")
PAGE = """<!doctype html><video muted autoplay></video><canvas width=320 height=180></canvas><script>
const video = document.querySelector("video"), canvas = document.querySelector("canvas").getContext("2d")
window.seen = {frames: 0, sockets: 0, states: [], width: 0, bright: 0, error: "", late: []}
const bytes = text => Uint8Array.from(atob(text), c => c.charCodeAt(0))
function open(address, picture, begin) {
  const socket = new WebSocket(address)
  socket.binaryType = "arraybuffer"
  seen.sockets += 1
  socket.onclose = event => { seen.error += " closed " + event.code + event.reason }
  let hello
  socket.onmessage = ({data}) => {
    if (typeof data === "string") {
      const word = JSON.parse(data)
      if (word.type === "state") seen.states.push(word.state)
      else if (word.type === "stream") begin(hello = word)
    } else picture(data, hello)
  }
}
function look(image) {
  canvas.drawImage(image, 0, 0, 320, 180)
  const pixels = canvas.getImageData(0, 90, 320, 1).data
  seen.bright = 0
  for (let at = 0; at < 320; at++) if (pixels[4 * at] > 200) seen.bright++
}
window.byMediaSource = address => {
  const source = new MediaSource(), due = []
  let buffer, first = null
  video.src = URL.createObjectURL(source)
  video.onerror = () => { seen.error += " video " + video.error.message }
  const more = () => { if (buffer && !buffer.updating && due.length) buffer.appendBuffer(due.shift()) }
  source.onsourceopen = () => open(address, data => {
    const view = new DataView(data)
    if (first === null && view.getUint32(4) === 0x70726674) {
      first = Number(view.getBigUint64(92)) / 90000
      buffer.timestampOffset = -first
    }
    due.push(data); more()
  }, hello => {
    if (!buffer) { buffer = source.addSourceBuffer(hello.mime); buffer.onupdateend = more }
    else buffer.changeType(hello.mime)
  })
  setInterval(() => {
    const there = video.buffered
    if (there.length && there.end(there.length - 1) - video.currentTime > 1) {
      video.currentTime = there.end(there.length - 1) - 0.1
    }
    seen.frames = video.getVideoPlaybackQuality().totalVideoFrames
    seen.width = video.videoWidth
    if (seen.width) look(video)
  }, 50)
}
window.byWebCodecs = address => {
  const arrived = new Map()
  const decoder = new VideoDecoder({
    output: frame => {
      seen.frames++; seen.width = frame.displayWidth
      seen.late.push(performance.now() - arrived.get(frame.timestamp)); arrived.delete(frame.timestamp)
      look(frame); frame.close()
    },
    error: error => { seen.error += " decoder " + error.message },
  })
  open(address, (data, hello) => {
    const view = new DataView(data)
    if (view.getUint32(4) !== 0x70726674) return
    const timestamp = Math.round((Number(view.getBigUint64(92)) + view.getInt32(132)) * 1e6 / hello.timescale)
    arrived.set(timestamp, performance.now())
    const type = view.getUint32(128) === 0x02000000 ? "key" : "delta"
    decoder.decode(new EncodedVideoChunk({type, timestamp, data: new Uint8Array(data, hello.head_bytes)}))
  }, hello => decoder.configure({codec: hello.codec, description: bytes(hello.description), optimizeForLatency: true}))
}
</script>"""


async def becomes(page: Page, condition: str) -> None:
    """Returns when that is true in the page; fails with what it has seen."""
    try:
        await page.wait_for_function(condition, timeout=PATIENCE_S * 1000)
    except Exception:
        pytest.fail(f"{condition}: {await page.evaluate('JSON.stringify({...seen, late: 0})')}")


@asynccontextmanager
async def served() -> AsyncIterator[str]:
    """The page's address. It has to come from this machine: browsers keep other pages off it."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(PAGE)}\r\nConnection: close\r\n\r\n"
        writer.write((head + PAGE).encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def watches(page: Page, address: str, how: str, camera: Camera, one: House) -> None:
    await page.goto(address)
    await page.evaluate(f"{how}({one.address(one.token())!r})")
    await becomes(page, "seen.frames > 50 && seen.width === 320")
    await becomes(page, "seen.bright > 10 && seen.bright < 30")  # the bar is 20 wide, the noise is darker
    await camera.stop()
    await becomes(page, "seen.states.includes('offline')")
    before = await page.evaluate("seen.frames")
    await camera.start()
    await becomes(page, f"seen.frames > {before + 50} && seen.states.at(-1) === 'live'")
    assert await page.evaluate("seen.sockets") == 1
    assert await page.evaluate("seen.error") == ""


@pytest.mark.parametrize("how", ["byMediaSource", "byWebCodecs"])
def test_a_page_plays_and_goes_on_when_the_camera_is_back(how: str) -> None:
    """The frame counter advances, the picture is the film's, and a camera that was away goes on in the same socket."""
    if not CHROMIUM.exists():
        missing("no Chromium")

    async def play() -> None:
        camera = Camera(clip())
        await camera.start()
        async with (
            served() as address,
            house(Source("c1", camera.url)) as one,
            async_playwright() as driver,
            await driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS) as browser,
        ):
            await watches(await browser.new_page(), address, how, camera, one)
        await camera.stop()

    asyncio.run(play())
