import { Body, Controller, Get, HttpCode, Post, Put, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import {
  Column, DataSource, Entity, type EntityManager, type MigrationInterface, PrimaryColumn, type QueryRunner,
} from 'typeorm';
import { addHours, type Decider, Refusal, text, WrongState } from '#libs/decider';
import type { Aggregate } from '#libs/event-store';
import { publication, published } from '#libs/messaging';
import { timer, view } from '#libs/views';
import {
  type Caller, DecimalField, IdField, IdParam, IfMatchRequired, IntegerField, ListField, ObjectField, PageQuery, pageOf, Produces,
  Public, readCursor,
  Roles, TextField, TextPairField, TheCaller, Upload, versioned,
} from '#libs/web';
import { decide, on, Reader, type ServiceDefinition, Transactions } from './index.js';

/** A service that does as little as a service can, for the specs of the frame: unit ids that are painted and sealed. */
export type ToyEvent =
  | { type: 'ToyMade'; name: string; organisation: string; dueAt: string }
  | { type: 'ToyPainted'; colour: string }
  | { type: 'ToyExpired' };
type ToyCommand =
  | { type: 'Make'; name: string; organisation: string; dueAt: string }
  | { type: 'Paint'; colour: string }
  | { type: 'Expire' };
type Toy =
  | { is: 'none' }
  | { is: 'made'; name: string; organisation: string; colours: string[] }
  | { is: 'expired'; organisation: string };

const decider: Decider<ToyCommand, Toy, ToyEvent> = {
  initial: { is: 'none' },
  decide: (command, toy) => {
    switch (command.type) {
      case 'Make':
        if (toy.is !== 'none')
          throw new WrongState('toy-exists', text('玩具已存在', 'the toy is there already'), text('请上色', 'paint it'));
        if (command.name === 'forbidden')
          throw new Refusal(
            'name-forbidden', text('名称不允许', 'this name is not allowed'), text('请另选', 'choose another'), { name: command.name },
          );
        return [{ ...command, type: 'ToyMade' }];
      case 'Paint':
        if (toy.is !== 'made')
          throw new WrongState('toy-not-made', text('玩具不存在', 'the toy is not there'), text('请先制作', 'make it'));
        return [{ type: 'ToyPainted', colour: command.colour }];
      case 'Expire':
        return toy.is === 'made' ? [{ type: 'ToyExpired' }] : [];
    }
  },
  evolve: (toy, event) => {
    switch (event.type) {
      case 'ToyMade': return { is: 'made', name: event.name, organisation: event.organisation, colours: [] };
      case 'ToyPainted': return toy.is === 'made' ? { ...toy, colours: [...toy.colours, event.colour] } : toy;
      case 'ToyExpired': return toy.is === 'none' ? toy : { is: 'expired', organisation: toy.organisation };
    }
  },
};

export const toy: Aggregate<ToyCommand, Toy, ToyEvent> = {
  name: 'toy', decider, organisation: (state) => (state.is === 'none' ? undefined : state.organisation),
};

@Entity('toys')
export class ToyRow {
  @PrimaryColumn('uuid') id!: string;
  @Column('text') organisation!: string;
  @Column('text') name!: string;
  @Column('integer') painted!: number;
  @Column('boolean') expired!: boolean;
}

const toys = view<ToyEvent>('toys', [ToyRow], {
  ToyMade: ({ aggregateId, event }, db: EntityManager) =>
    db.insert(ToyRow, { id: aggregateId, organisation: event.organisation, name: event.name, painted: 0, expired: false }),
  ToyPainted: ({ aggregateId }, db) => db.increment(ToyRow, { id: aggregateId }, 'painted', 1),
  ToyExpired: ({ aggregateId }, db) => db.update(ToyRow, { id: aggregateId }, { expired: true }),
});

class Toys1700000009000 implements MigrationInterface {
  name = 'Toys1700000009000';
  async up(run: QueryRunner): Promise<void> {
    await run.query(`CREATE TABLE toys (
      id uuid PRIMARY KEY, organisation text NOT NULL, name text NOT NULL, painted integer NOT NULL, expired boolean NOT NULL
    )`);
  }
  async down(run: QueryRunner): Promise<void> {
    await run.query('DROP TABLE toys');
  }
}

class PartBody {
  @TextField({ max: 20, example: 'wheel' }) name!: string;
  @DecimalField({ optional: true }) weight?: string;
}
class MakeBody {
  @TextField({ max: 50, example: 'car' }) name!: string;
  @IntegerField({ min: 1, max: 9, optional: true }) wheels?: number;
  @ListField(() => PartBody, { max: 5, optional: true }) parts?: PartBody[];
  @ObjectField(() => PartBody, { optional: true, nullable: true }) lid?: PartBody | null;
  @TextPairField({ optional: true }) title?: { zh: string; en: string };
  @IdField({ optional: true }) owner?: string;
}
class PaintBody {
  @TextField({ max: 20, example: 'red' }) colour!: string;
}
class ToyAnswer {
  @IdField() id!: string;
  @TextField() name!: string;
}
class ToysQuery extends PageQuery {
  @TextField({ optional: true }) name?: string;
}

@ApiTags('toys')
@Controller('toys')
export class ToyController {
  constructor(
    private readonly bus: CommandBus, private readonly reader: Reader, private readonly transactions: Transactions,
    private readonly db: DataSource,
  ) {}

  @Post()
  @Roles('organiser')
  @ApiOperation({ summary: 'Make', description: 'Makes a toy.' })
  make(@Body() body: MakeBody, @TheCaller() caller: Caller) {
    return this.bus.execute(
      decide(
        toy, caller.newId(),
        { type: 'Make', name: body.name, organisation: caller.organisation, dueAt: addHours(caller.at, 24 * 30) }, caller,
      ),
    );
  }

  @Post('pairs')
  @Roles('organiser')
  @ApiOperation({ summary: 'Make two', description: 'Both or none.' })
  pair(@Body() body: MakeBody, @TheCaller() caller: Caller) {
    return this.transactions.run(caller, async (w) => {
      const terms = { type: 'Make', organisation: caller.organisation, dueAt: addHours(caller.at, 24 * 30) } as const;
      const [first, second] = [caller.newId(), caller.newId()];
      await w.decide(toy, first, { ...terms, name: `${body.name} 1` });
      await w.decide(toy, second, { ...terms, name: body.name === 'half' ? 'forbidden' : `${body.name} 2` });
      return { toys: [first, second] };
    });
  }

  @Put(':id/colour')
  @Roles('organiser', 'judge')
  @IfMatchRequired()
  @ApiOperation({ summary: 'Paint', description: 'Paints a toy.' })
  paint(@IdParam('id') id: string, @Body() body: PaintBody, @TheCaller() caller: Caller) {
    return this.bus.execute(decide(toy, id, { type: 'Paint', colour: body.colour }, caller));
  }

  @Put(':id/coats')
  @Roles('organiser')
  @ApiOperation({ summary: 'Paint twice', description: 'Both coats or none.' })
  coats(@IdParam('id') id: string, @Body() { colour }: PaintBody, @TheCaller() caller: Caller) {
    return this.transactions.run(caller, async (w) => {
      await w.decide(toy, id, { type: 'Paint', colour });
      return w.decide(toy, id, { type: 'Paint', colour });
    });
  }

  @Post('import')
  @HttpCode(200)
  @Roles('organiser')
  @Upload({ types: ['text/csv'], maxBytes: 2_000_000 })
  @ApiOperation({ summary: 'Import', description: 'Counts bytes.' })
  import(@Body() file: Buffer) {
    return { bytes: file.length };
  }

  @Get()
  @Roles('organiser', 'judge')
  @Produces(ToyAnswer, { page: true })
  @ApiOperation({ summary: 'List', description: 'Toys.' })
  async list(@Query() { limit = 50, cursor, name }: ToysQuery, @TheCaller() caller: Caller) {
    const [after] = readCursor(cursor, 1) ?? [];
    const rows = await this.db.getRepository(ToyRow).createQueryBuilder('t')
      .where('t.organisation = :org', { org: caller.organisation })
      .andWhere(after === undefined ? 'true' : 't.id > :after', { after })
      .andWhere(name === undefined ? 'true' : 't.name = :name', { name })
      .orderBy('t.id').limit(limit + 1).getMany();
    return pageOf(rows, limit, (row) => [row.id]);
  }

  @Get('open')
  @Public()
  @ApiOperation({ summary: 'Open', description: 'For everybody.' })
  open() {
    return { open: true };
  }

  @Get('nobody')
  nobody() {
    return {};
  }

  @Get('broken')
  @Roles('organiser')
  @ApiOperation({ summary: 'Broken', description: 'Fails.' })
  broken(): never {
    throw new Error('the secret of the house');
  }

  @Get(':id')
  @Roles('organiser', 'judge')
  @Produces(ToyAnswer)
  @ApiOperation({ summary: 'Show', description: 'A toy.' })
  async show(@IdParam('id') id: string, @TheCaller() caller: Caller) {
    const { state, version } = await this.reader.load(toy, id, caller);
    return versioned({ id, name: state.is === 'made' ? state.name : '' }, version);
  }
}

export const toyService: ServiceDefinition = {
  // The name of a real service: only the owner of a topic may speak on it.
  name: 'people',
  title: text('玩具', 'Toys'),
  aggregates: [toy],
  views: [toys],
  timers: [
    timer({
      name: 'toy-expiry', aggregate: toy, set: { ToyMade: (event) => event.dueAt }, clear: ['ToyExpired'],
      command: () => ({ type: 'Expire' as const }),
    }),
  ],
  published: published({
    aggregate: toy,
    publish: { ToyMade: (recorded) => publication('jinji.worker.registered.v1', { worker: recorded.aggregateId, unit: null }) },
  }),
  reactions: [
    on('jinji.worker.registered.v1', async (message, work) => {
      await work.decide(toy, message.data.worker, { type: 'Paint', colour: 'primer' }, { organisation: 'org-1' });
    }),
  ],
  migrations: [Toys1700000009000],
  controllers: [ToyController],
};
