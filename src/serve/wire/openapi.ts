import { z } from 'zod'
import * as schemas from './schemas.ts'

/** One route, as the document tells it. */
interface Route {
  readonly method: 'get' | 'post' | 'delete'
  readonly path: string
  readonly id: string
  readonly summary: string
  readonly query?: z.ZodObject
  readonly body?: z.ZodObject
  /** Characters hold a file always: JSON cannot. */
  readonly encodings?: readonly string[]
  readonly answer: string | { readonly type: string; readonly description: string }
  /** Not in OpenAI's API. */
  readonly isExtension?: boolean
}

const answers = {
  Video: schemas.videoSchema,
  VideoPage: schemas.pageSchema,
  VideoDeleted: schemas.deletedSchema,
  Character: schemas.characterObjectSchema,
  Model: schemas.modelSchema,
  ModelList: schemas.modelsSchema,
  Error: schemas.errorSchema,
  WebhookEvent: schemas.eventSchema,
} as const

const bodies = {
  CreateVideo: schemas.createSchema,
  RemixVideo: schemas.remixSchema,
  EditVideo: schemas.editSchema,
  ExtendVideo: schemas.extendSchema,
  ConnectVideos: schemas.connectSchema,
  CreateCharacter: schemas.characterSchema,
} as const

const videos = '/v1/videos'

/** Every route of the server. */
export const routes: readonly Route[] = [
  {
    method: 'post',
    path: videos,
    id: 'createVideo',
    summary: 'Ask for a video',
    body: bodies.CreateVideo,
    answer: 'Video',
  },
  {
    method: 'get',
    path: videos,
    id: 'listVideos',
    summary: 'Your videos, a page at a time',
    query: schemas.listSchema,
    answer: 'VideoPage',
  },
  {
    method: 'get',
    path: `${videos}/{id}`,
    id: 'retrieveVideo',
    summary: 'How far a video is',
    answer: 'Video',
  },
  {
    method: 'delete',
    path: `${videos}/{id}`,
    id: 'deleteVideo',
    summary: 'Remove a video and its files',
    answer: 'VideoDeleted',
  },
  {
    method: 'get',
    path: `${videos}/{id}/content`,
    id: 'downloadVideoContent',
    summary: 'The video, its thumbnail or its sprite sheet; ranges are served',
    query: schemas.contentSchema,
    answer: { type: 'video/mp4', description: 'MP4, or WebP or JPEG as the variant says' },
  },
  {
    method: 'post',
    path: `${videos}/{id}/remix`,
    id: 'remixVideo',
    summary: 'The same video in other words',
    body: bodies.RemixVideo,
    answer: 'Video',
  },
  {
    method: 'post',
    path: `${videos}/edits`,
    id: 'editVideo',
    summary: 'Change a video of this server, or one that is sent',
    body: bodies.EditVideo,
    answer: 'Video',
  },
  {
    method: 'post',
    path: `${videos}/extensions`,
    id: 'extendVideo',
    summary: 'Go on with a video',
    body: bodies.ExtendVideo,
    answer: 'Video',
  },
  {
    method: 'post',
    path: `${videos}/characters`,
    id: 'createCharacter',
    summary: 'Register the subject of a clip',
    body: bodies.CreateCharacter,
    encodings: ['multipart/form-data'],
    answer: 'Character',
  },
  {
    method: 'get',
    path: `${videos}/characters/{id}`,
    id: 'getCharacter',
    summary: 'A character',
    answer: 'Character',
  },
  {
    method: 'delete',
    path: `${videos}/characters/{id}`,
    id: 'deleteCharacter',
    summary: 'Remove a character',
    answer: { type: 'application/json', description: 'What was deleted' },
    isExtension: true,
  },
  {
    method: 'post',
    path: `${videos}/connections`,
    id: 'connectVideos',
    summary: 'Make what lies between two videos',
    body: bodies.ConnectVideos,
    answer: 'Video',
    isExtension: true,
  },
  {
    method: 'post',
    path: `${videos}/{id}/cancel`,
    id: 'cancelVideo',
    summary: 'End a video that waits or is being made',
    answer: 'Video',
    isExtension: true,
  },
  {
    method: 'get',
    path: `${videos}/{id}/events`,
    id: 'followVideo',
    summary: 'Progress and preview pictures as they come',
    answer: {
      type: 'text/event-stream',
      description: 'Events `progress`, `preview`, and one of `completed`, `failed`, `deleted`',
    },
    isExtension: true,
  },
  { method: 'get', path: '/v1/models', id: 'listModels', summary: 'The models', answer: 'ModelList' },
  { method: 'get', path: '/v1/models/{id}', id: 'retrieveModel', summary: 'A model', answer: 'Model' },
  {
    method: 'get',
    path: '/healthz',
    id: 'checkHealth',
    summary: 'Whether the server can work',
    answer: { type: 'application/json', description: 'Status' },
    isExtension: true,
  },
  {
    method: 'get',
    path: '/metrics',
    id: 'readMetrics',
    summary: 'Counters for Prometheus',
    answer: { type: 'text/plain', description: 'Prometheus text format' },
    isExtension: true,
  },
]

/** A schema of zod as JSON Schema, with files as OpenAPI 3.1 writes them. */
function toJson(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return json
}

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })

function describeRoute({ method, path, id, summary, query, body, encodings, answer, isExtension }: Route) {
  const inPath = path.includes('{id}')
    ? [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }]
    : []
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, schema]) => ({
    name,
    in: 'query',
    required: false,
    schema: toJson(schema as z.ZodType, 'input'),
  }))
  const repeatable = {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description: 'Extension. The same key and request make one video only, for 24 hours.',
    schema: { type: 'string', maxLength: 255 },
  }
  const makesVideo = method === 'post' && answer === 'Video' && body
  const name = Object.entries(bodies).find(([, schema]) => schema === body)?.[0]
  const content = (types: readonly string[], schema: object) =>
    Object.fromEntries(types.map(type => [type, { schema }]))
  return {
    operationId: id,
    summary,
    ...(isExtension ? { 'x-aozora-extension': true } : {}),
    parameters: [...inPath, ...inQuery, ...(makesVideo ? [repeatable] : [])],
    ...(name
      ? {
          requestBody: {
            required: true,
            content: content(encodings ?? ['application/json', 'multipart/form-data'], ref(name)),
          },
        }
      : {}),
    responses: {
      200:
        typeof answer === 'string'
          ? { description: summary, content: content(['application/json'], ref(answer)) }
          : { description: answer.description, content: content([answer.type], {}) },
      default: { description: 'What is wrong', content: content(['application/json'], ref('Error')) },
    },
  }
}

/** The document that GET /openapi.json answers with: OpenAPI 3.1, made from the schemas that check the requests. */
export function describeApi(version: string): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const route of routes) (paths[route.path] ??= {})[route.method] = describeRoute(route)
  const components = {
    ...Object.fromEntries(Object.entries(bodies).map(([name, schema]) => [name, toJson(schema, 'input')])),
    ...Object.fromEntries(Object.entries(answers).map(([name, schema]) => [name, toJson(schema, 'output')])),
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Aozora: the Videos API at home',
      version,
      description: 'What OpenAI’s clients ask for, and extensions that say so.',
    },
    security: [{ bearer: [] }],
    paths,
    webhooks: {
      videoEnded: {
        post: {
          summary: 'Sent when a video has ended, signed as OpenAI signs its webhooks',
          requestBody: { content: { 'application/json': { schema: ref('WebhookEvent') } } },
          responses: { 200: { description: 'Any 2xx: the event has arrived' } },
        },
      },
    },
    components: {
      schemas: components,
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    },
  }
}
