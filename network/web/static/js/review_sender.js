// Sends forms one after the other, in the order in which they were handed over, and tries again while nobody answers.
// In order, because what is taken back must arrive after what it takes back, and because each answer carries the
// session on.

const PAUSES = [500, 1000, 2000, 4000, 8000]; // ms before each new try; then the last one for ever

export function sender({ tellCut, tellUnsent }) {
  let chain = Promise.resolve();
  let unsent = 0;

  const run = (work) => {
    chain = chain.then(work).catch(() => {});
    return chain;
  };
  const runForm = (work) => {
    tellUnsent((unsent += 1));
    return run(() => work().finally(() => { tellUnsent((unsent -= 1)); }));
  };

  async function ask(address, body) {
    for (let tries = 0; ; tries += 1) {
      try {
        const answer = await fetch(address, { method: "POST", body, headers: { "X-Vigie-Fragment": "1" } });
        if (answer.status < 500 && answer.status !== 429) return answer;
      } catch {
        // the network is away: as a server that does not answer
      }
      if (tries === 1) tellCut();
      await new Promise((resolve) => { setTimeout(resolve, PAUSES[Math.min(tries, PAUSES.length - 1)]); });
    }
  }

  async function deliver(address, body, { done = () => {}, refused = () => {} }) {
    const answer = await ask(address, body);
    if (answer.redirected) window.location.reload(); // the session has ended: sign in again
    else if (answer.ok) done(await answer.json());
    else refused(await answer.text());
  }

  window.addEventListener("beforeunload", (event) => {
    if (unsent > 0) event.preventDefault(); // something is not saved yet
  });

  return {
    run,
    unsent: () => unsent,
    post: (address, body, answers) => runForm(() => deliver(address, body, answers)),
    /** As `post`, of a form that is only known once all before it were answered; null sends nothing. */
    later: (prepare, answers) => runForm(async () => {
      const prepared = prepare();
      if (prepared) await deliver(...prepared, answers);
    }),
  };
}
