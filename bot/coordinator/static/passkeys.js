// Passkeys: asks the browser for one and puts its answer into the form. Every sentence stands in the page.
(() => {
  "use strict";

  const all = (selector) => document.querySelectorAll(selector);
  const bytes = (text) =>
    Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-")
      .replace(/\//g, "_")
      .replace(/=+$/, "");
  const withBytes = (credentials) => (credentials || []).map((one) => ({ ...one, id: bytes(one.id) }));

  function prepare() {
    let able = false;
    for (const off of all("[data-passkey-off]")) {
      const here = location.origin === off.dataset.origin;
      able = here && Boolean(window.PublicKeyCredential && navigator.credentials);
      off.hidden = able;
      off.textContent = here ? off.dataset.unable : off.dataset.elsewhere;
    }
    if (!able) return;
    for (const only of all("[data-passkey-only]")) only.hidden = false;
    document.querySelector("[data-passkey-only] [aria-invalid]")?.focus();
    for (const button of all("[data-passkey-ask]")) button.addEventListener("click", (event) => press(event, sign));
    for (const button of all("[data-passkey-make]")) button.addEventListener("click", (event) => press(event, make));
  }

  async function press(event, act) {
    const button = event.currentTarget;
    const form = button.form;
    // What is missing the server says, at its field; the code is not needed.
    const fields = [...form.querySelectorAll("input:not([type=hidden]):not([autocomplete=one-time-code])")];
    if (fields.some((field) => !field.value.trim())) return;
    event.preventDefault();
    const said = form.querySelector("[data-passkey-said]");
    said.textContent = "";
    button.disabled = true;
    try {
      form.elements.namedItem("passkey_answer").value = JSON.stringify(await act(button, form));
      const way = document.createElement("input");
      Object.assign(way, { type: "hidden", name: "by_passkey", value: "1" });
      form.append(way);
      form.submit();
    } catch (error) {
      const why = { InvalidStateError: "known", NotAllowedError: "cancelled", AbortError: "cancelled" }[error.name];
      said.textContent = button.dataset[why] || button.dataset.trouble;
      button.disabled = false;
    }
  }

  async function sign(button, form) {
    const name = form.elements.namedItem("name");
    const typed = { token: form.elements.namedItem("token").value, name: name ? name.value : "" };
    const answered = await fetch(button.dataset.passkeyAsk, { method: "POST", body: new URLSearchParams(typed) });
    if (!answered.ok) throw new Error("refused");
    const options = await answered.json();
    const given = await navigator.credentials.get({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        allowCredentials: withBytes(options.allowCredentials),
      },
    });
    const { authenticatorData, clientDataJSON, signature, userHandle } = given.response;
    return written(given, {
      authenticatorData: text(authenticatorData),
      clientDataJSON: text(clientDataJSON),
      signature: text(signature),
      userHandle: userHandle ? text(userHandle) : undefined,
    });
  }

  async function make(button) {
    const options = JSON.parse(button.dataset.passkeyMake);
    const made = await navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        user: { ...options.user, id: bytes(options.user.id) },
        excludeCredentials: withBytes(options.excludeCredentials),
      },
    });
    const { attestationObject, clientDataJSON } = made.response;
    return written(made, { attestationObject: text(attestationObject), clientDataJSON: text(clientDataJSON) });
  }

  const written = (credential, response) => ({
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
  });

  // A page that comes back by the back button must not hold a button that was pressed or an answer that was given.
  addEventListener("pageshow", (event) => {
    if (event.persisted) location.reload();
  });
  prepare();
})();
