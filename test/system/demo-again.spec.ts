import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '#libs/ports';
import { Actors } from '../../apps/demo/src/actors.js';
import { readExamples } from '../../apps/demo/src/examples.js';
import { Api } from '../../apps/demo/src/http.js';
import { registerPeople } from '../../apps/demo/src/register.js';
import { emptyFolder, launch, type Launched } from '../../apps/demo/src/server.js';
import { services, settle } from '../../apps/demo/src/settle.js';

describe('the demo on a server that is running', () => {
  let folder: string;
  let server: Launched;
  let api: Api;
  beforeAll(async () => {
    folder = emptyFolder();
    server = await launch(folder, await freePort());
    api = new Api(new URL(server.url));
  }, 300_000);
  afterAll(async () => {
    api?.close();
    await server?.end();
    await rm(folder, { recursive: true, force: true });
  }, 300_000);

  const demo = (url: string) => promisify(execFile)(process.execPath, [path.resolve('dist/apps/demo/src/main.js'), '--url', url]);
  /** Where every log ends once nothing is under way: the message of a worker who was just registered still travels. */
  const heads = async (): Promise<unknown> => {
    await settle(api, new Actors(api));
    return Promise.all(services.map(async (name) =>
      api.get(`/${name}/admin/caught-up`, { token: await new Actors(api).operator() })));
  };

  it('stops with one line that says how to empty it where it holds the people of the demo already', async () => {
    const examples = readExamples(path.join('examples', 'municipal-2026'));
    await registerPeople(api, new Actors(api), { ...examples, workers: examples.workers.slice(0, 1) });
    const before = await heads();
    const { stdout, stderr } = await demo(server.url);
    expect(stdout).toBe('');
    const said = stderr.trim().split('\n');
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(/holds the people of the demo already; to empty it: docker compose .* down -v .* delete its data folder/);
    expect(await heads()).toEqual(before);
  }, 120_000);
});
