import type { Topic } from '../topic.js';

/** What can be asked of the guest on the kernel command line. */
export const FLAGS: readonly Topic[] = [
  {
    name: 'flags',
    answer:
      'Boot flags are zosia.ci, zosia.diag, zosia.selftest and zosia.perf: add them with --append.',
    weight: 2.5,
    things: [
      '(the |a |)boot (flag|flags|option|options|parameter|parameters|mode|modes)',
      'the (kernel|guest) (flags|options|parameters|arguments)',
      'the kernel command line',
      '(the option |)--append',
    ],
    questions: [
      '(what|which) (boot |kernel |guest |zosia |)(flags|parameters|boot options|boot modes|kernel options|switches) (are there|exist|does zosia have|can i use|does the guest know|do you know|are known|are supported|does zosia know|does zosia understand|can i pass|can i set|may i use|does the guest understand)',
      '(list|show|name|print|give me|enumerate|tell me) (all |the |all the |)(boot|kernel) (flags|options|parameters|modes)(| please| of zosia| of the guest)',
      'are there (any |)(boot|kernel) (flags|options|parameters|modes)',
      'what (can|do|could) i (add to|put on|write on|put into|append to|pass on) the kernel (command line|arguments)',
      'what (boot|kernel) (flags|options|parameters) (do you know|do you have)',
      '(boot|kernel) (flags|parameters|options|modes)',
      'how many boot (flags|modes) are there',
    ],
    actions: [
      '(add|pass|set|use|give|append|hand|specify|type|write|send|put) (a |the |some |)(boot|kernel|zosia) (flag|flags|option|options|parameter|parameters|argument|arguments)(| to the guest| to the kernel| at boot| to the machine| when it boots| for the guest)',
      '(add|append|pass) (something|text|words|things|an argument) to the kernel (command line|arguments)',
      '(boot|start|run) (the guest|the machine|zosia) with (a|some|other|special|extra|the) (flag|flags|boot flag|boot flags|parameter|parameters|boot options)',
      '{set} (the |)(boot flags|boot options|kernel command line|kernel parameters|kernel arguments|boot mode)',
    ],
  },
  {
    name: 'flag-ci',
    answer: 'zosia.ci=1 boots, and powers off at once.',
    things: ['(the (boot |)flag |the mode |)zosia.ci(=1|)', 'the ci (flag|mode)'],
    questions: [
      'what (does|do|would|will|can) (the flag |)zosia.ci(=1|) (do|mean|make|change|bring|cause)(| at boot| in the guest)',
      '(when|why) (do|would|should|can) i (use|need|set|want|add) zosia.ci(=1|)',
      'what (is|happens with|happens on) zosia.ci(=1|)(| for| good for| about)',
      '(use|meaning|purpose|effect) of zosia.ci(=1|)',
      'which (flag|boot flag) only boots and powers off',
    ],
  },
  {
    name: 'flag-diag',
    answer: 'zosia.diag=1 makes the guest print what it found, and power off.',
    things: [
      '(the (boot |)flag |the mode |)zosia.diag(=1|)',
      'the (diag|diagnosis|diagnostic) (flag|mode)',
    ],
    questions: [
      'what (does|do|will|can) (the flag |)zosia.diag(=1|) (do|mean|make|change|print|show|tell me|bring|cause)(| at boot| in the guest)',
      '(when|why) (do|would|should|can) i (use|need|set|want|add|boot with) zosia.diag(=1|)',
      'what (is|happens with|happens on) zosia.diag(=1|)(| for| good for| about)',
      '(use|meaning|purpose|effect) of zosia.diag(=1|)',
      'which (flag|boot flag) (prints what the guest found|is for diagnosis|shows what is wrong|shows the devices)',
    ],
    actions: [
      '(diagnose|debug|examine) (the guest|a guest that does not work|the machine)',
      'see what the guest (found|finds|sees)',
    ],
  },
  {
    name: 'flag-selftest',
    answer: 'zosia.selftest=1 runs the llama program with --help as a test, and powers off.',
    things: [
      '(the (boot |)flag |the mode |)zosia.selftest(=1|)',
      'the (selftest|self test|self-test)(| flag| mode)',
    ],
    questions: [
      'what (does|do|would|will|can) (the flag |)zosia.selftest(=1|) (do|mean|make|change|test|bring|cause)(| at boot| in the guest)',
      '(when|why) (do|would|should|can) i (use|need|set|want|add|boot with) zosia.selftest(=1|)',
      'what (is|happens with|happens on) zosia.selftest(=1|)(| for| good for| about)',
      '(use|meaning|purpose|effect) of zosia.selftest(=1|)',
      '(can|does) the guest (test|check) itself',
    ],
    actions: ['(test|check) (the guest|the llama program|llama.cpp in the guest)'],
  },
  {
    name: 'flag-perf',
    answer: 'zosia.perf=1 measures how many tokens per second the guest makes, and powers off.',
    things: [
      '(the (boot |)flag |the mode |)zosia.perf(=1|)',
      'the (perf|performance) (flag|mode)',
      'zosia perf',
    ],
    questions: [
      'what (does|do|would|will|can) (the flag |)zosia.perf(=1|) (do|mean|make|change|measure|print|bring|cause)(| at boot| in the guest)',
      '(when|why) (do|should|can|might) i (use|need|set|want|add) zosia.perf(=1|)',
      'what (is|happens with|happens on) zosia.perf(=1|)(| for| good for| about)',
      '(use|meaning|purpose|effect) of zosia.perf(=1|)',
      'how (fast|quick) (is|runs) (my model|the model|the guest|a model|the machine)(| in the guest)',
      'how many tokens (per|a) second (does|do|can) (the guest|my model|the machine|you|it) (make|give|produce|do|reach)',
    ],
    actions: [
      '(measure|benchmark|test|find out|time|see) (the speed|the performance|how fast the guest is|the guest|how fast my model is|tokens per second|the speed of my model|how many tokens per second i get)',
      '(run|do|make) (a benchmark|a performance test|a speed test)',
    ],
  },
];
