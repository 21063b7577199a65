import type { Topic } from '../topic.js';

/** The machine without an operating system. */
export const EFI: readonly Topic[] = [
  {
    name: 'efi',
    answer: 'The EFI machine runs a llama2.c model on the firmware, with no operating system.',
    weight: 2,
    things: [
      '(the|an|zosias) (efi|uefi) (machine|guest|app|application|program|mode|thing|side|vm)',
      '(efi|uefi)(| in zosia| here| for zosia)',
      'the (second|other) machine(| of zosia)',
      'llama2.efi',
      'the machine (without an operating system|with no operating system|without linux|without a kernel)',
    ],
    questions: [
      'what does the (efi|uefi) (machine|guest|app|application|program) (do|run|need|use)',
      '(does|can|could|will|may) (zosia|a model|the model|it|llama2|a language model|you) (run|work|boot|live) without (an operating system|linux|a kernel|an os|any operating system|any os)',
      '(is there|does zosia have|has zosia) a (machine|way|guest|model|program) (without|with no) (an operating system|operating system|linux|kernel|a kernel|os)',
      '(can|could|does|will) (zosia|a model|the model|it) run (on|under|directly on|straight on) (bare metal|the bare metal|firmware|the firmware|uefi|efi|the bios|the bare machine)',
      '(how|why) (is|does|can) (the|a) (model|llama2) (run|running|work) (on the firmware|without an operating system|without linux|without a kernel|in efi|in uefi)',
      'how (is|does) the (efi|uefi) (machine|guest) (different|differ|work|different from linux)(| from the linux guest| from the other)',
      '(efi|uefi) or linux',
      'is there (an efi|a uefi|a bare metal) (version|machine|guest|mode)',
      '(is|do i need|does a model need|must there be) (an operating system|linux|a kernel|an os)(| needed| required| there)(| to run a model| for a model| in the machine)',
      '(tell me|explain|say|what is|i wonder) what (efi|uefi) (means|is|does|stands for)(| for zosia| here| in zosia)',
      'which operating system does the (efi|uefi) machine (use|have|run|boot)',
      'what (is|does) (the |)llama2(| do| application)',
      'how many machines does zosia (have|make|know)',
      'do i need linux in the guest',
    ],
  },
  {
    name: 'efi-start',
    answer: 'Start the EFI machine with zosia up --machine efi.',
    weight: 1.5,
    actions: [
      '(start|boot|run|use|try|launch|get|bring up|boot into|switch to|open|see|test|fire up) (the|an|zosias) (efi|uefi) (machine|guest|app|application|program|vm|side)',
      '(start|boot|run|launch|use) zosia (in|on|with|under|through) (efi|uefi|efi mode|the efi machine|the firmware|the uefi machine)',
      '(boot|run|start) (a model|the model|llama2|zosia|a checkpoint) (on the firmware|without an operating system|without linux|in efi|on uefi|under uefi|on bare metal)',
      '(choose|select|pick) (the efi machine|the other machine|efi|uefi|the efi guest)',
    ],
    questions: [
      '(what|which) (command|option|flag|switch) (starts|boots|runs|launches|selects|chooses|is for|brings up) (the |)(efi|uefi)(| machine| guest| app)',
      'i want (to see |to try |to use |)the (efi|uefi) (machine|guest|app)',
      '(starting|booting|running|launching) the (efi|uefi) (machine|guest)',
      '(start|boot|launch|run) the (efi|uefi) (machine|guest|app)(| please| now)',
    ],
  },
  {
    name: 'efi-disk',
    answer: 'The EFI disk holds the application, a checkpoint, its tokenizer and llama2.cfg.',
    things: [
      'the (efi|uefi) disk',
      'llama2.cfg',
      'the (settings file|configuration|config file) of the (efi|uefi) machine',
    ],
    questions: [
      'what (is|lies|belongs|goes|must be|do i find) on the (efi|uefi) disk',
      '(what|which) files (does|are|must) (the |)(efi|uefi) (machine|disk|guest) (need|have|hold|contain|be on)',
      'where (are|do) the (efi|uefi) (settings|options) (live|kept|stored|go|)',
      '(which|what) (kind of |)(models|model|checkpoint|checkpoints) (does|can) the (efi|uefi) (machine|guest) (read|run|use|take|need)',
    ],
    actions: [
      '{set} (the |)(settings|options|prompt|temperature|seed|steps) of the (efi|uefi) machine',
    ],
  },
];
