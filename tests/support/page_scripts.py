"""JavaScript that runs in a page before its own, to watch or change what it sends."""

# Counts what goes over the frame socket, and lets a test cut it.
COUNT_FRAMES = """
const Open = window.WebSocket;
window.frameSockets = [];
window.WebSocket = new Proxy(Open, {
  construct(target, [url, ...rest]) {
    const socket = new target(url, ...rest);
    if (String(url).endsWith("/frames")) {
      window.frameSockets.push(socket);
      socket.addEventListener("message", () => {
        window.framesHeard = (window.framesHeard ?? 0) + 1;
      });
    }
    return socket;
  },
});
"""

# What a stranger's program could send in the stage's name, on the frame socket (text) and through
# Streamlit (bytes whose lengths are fixed): the stage's own message with its position, and all that
# may shrink to make room for it, written over in place.
FORGE_MESSAGES = """
window.forged = null;
const send = WebSocket.prototype.send;
WebSocket.prototype.send = function (data) {
    if (window.forged === null) return send.call(this, data);
    const isText = typeof data === "string";
    const text = isText ? data : String.fromCharCode(...data);
    const own = /"knownScene":"[^"]*","knownStart":[^:]*,"position":[^:]*,"start":[^:]*,"unit"/;
    const found = text.match(own);
    if (!found) return send.call(this, data);
    const forged = `"knownScene":"",${window.forged},"unit"`.padEnd(found[0].length);
    if (forged.length > found[0].length) throw new Error("no room for the forged message");
    const changed = text.replace(own, forged);
    const bytes = Uint8Array.from(changed, (letter) => letter.charCodeAt(0));
    return send.call(this, isText ? changed : bytes);
};
"""
