import type { CommandListing } from './lazy-command.js';

/** The commands of zosia, in the order of its help. */
export const COMMANDS: readonly CommandListing[] = [
  {
    name: 'up',
    description: 'fetch what is missing, build, boot, talk',
    takes: '[model]',
    load: async () => (await import('./up/up.js')).defineUp,
  },
  {
    name: 'serve',
    description: 'models by an API, each in a machine that wakes when it is asked',
    takes: '[model...]',
    load: async () => (await import('./serve/serve.js')).defineServe,
  },
  {
    name: 'worker',
    description: 'compute a part of a model for other hosts',
    load: async () => (await import('./worker/worker.js')).defineWorker,
  },
  {
    name: 'plan',
    description: 'who would hold what of a model that is split over workers',
    takes: '<model>',
    load: async () => (await import('./plan.js')).definePlan,
  },
  {
    name: 'fetch',
    description: "bring pinned packages into the cache, verified; or take Buildroot's output",
    takes: '[component...]',
    load: async () => (await import('./fetch.js')).defineFetch,
  },
  {
    name: 'build',
    description: 'compile what runs inside the guests',
    load: async () => (await import('./build/build.js')).defineBuild,
  },
  {
    name: 'image',
    description: 'write one image',
    load: async () => (await import('./image/image.js')).defineImage,
  },
  {
    name: 'run',
    description: 'boot what has been built, or what you name',
    load: async () => (await import('./run/run.js')).defineRun,
  },
  {
    name: 'inspect',
    description: 'say what an image is, and what lies where in it',
    takes: '<image>',
    load: async () => (await import('./look/inspect.js')).defineInspect,
  },
  {
    name: 'ls',
    description: 'list the files in an image',
    takes: '<image> [path]',
    load: async () => (await import('./look/ls.js')).defineLs,
  },
  {
    name: 'cat',
    description: 'print a file in an image',
    takes: '<image> <path>',
    load: async () => (await import('./look/cat.js')).defineCat,
  },
  {
    name: 'extract',
    description: 'copy files out of an image into a folder',
    takes: '<image> [path]',
    load: async () => (await import('./look/extract.js')).defineExtract,
  },
  {
    name: 'verify',
    description: 'check everything in a FAT or ext4 image, or in an initramfs',
    takes: '<image>',
    load: async () => (await import('./look/verify.js')).defineVerify,
  },
  {
    name: 'sbom',
    description: 'say what an image is made of, as SPDX',
    takes: '<image>',
    load: async () => (await import('./sbom.js')).defineSbom,
  },
  {
    name: 'snapshot',
    description: 'the machines that are kept, to be there at once the next time',
    load: async () => (await import('./snapshot.js')).defineSnapshot,
  },
  {
    name: 'session',
    description: 'the conversations that go on where they were left',
    load: async () => (await import('./session.js')).defineSession,
  },
  {
    name: 'model',
    description: 'models by name: pulled, added, listed, verified; and what is inside them',
    load: async () => (await import('./model/model.js')).defineModel,
  },
  {
    name: 'perf',
    description: 'measure tokens per second, and find what is fastest',
    load: async () => (await import('./perf/perf.js')).definePerf,
  },
  {
    name: 'doctor',
    description: 'what this host has, what it lacks, and how to get it',
    load: async () => (await import('./doctor.js')).defineDoctor,
  },
];
