// Run rubik-esputnik as its README shows; the calls come as JSON on the standard input and the
// results go out as JSON: [["account.info", body, options], …] → [{"result": …} | {"error": "…"}, …].
const { App, Kubik } = require('rubik-main');
const Esputnik = require('rubik-esputnik');

const settings = JSON.parse(process.env.ESPUTNIK);

class Config extends Kubik {
  get(name) { return name === 'esputnik' ? settings : undefined; }
  up() {}
}
Config.prototype.name = 'config';
Config.prototype.dependencies = Object.freeze([]);

async function outcomeOf(esputnik, [name, body, options]) {
  const method = name.split('.').reduce((found, part) => found[part], esputnik);
  try {
    return { result: await method.call(esputnik, body, options) };
  } catch (error) {
    return { error: error.message };
  }
}

async function main() {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  const app = new App();
  const esputnik = new Esputnik();
  app.add([new Config(), esputnik]);
  await app.up();
  const outcomes = [];
  for (const call of JSON.parse(Buffer.concat(chunks).toString())) {
    outcomes.push(await outcomeOf(app.esputnik, call));
  }
  process.stdout.write(JSON.stringify(outcomes));
}

main();
