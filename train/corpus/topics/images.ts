import type { Topic } from '../topic.js';

/** Looking into images. */
export const IMAGES: readonly Topic[] = [
  {
    name: 'inspect',
    answer: 'zosia inspect IMAGE says what an image is, and what lies where in it.',
    things: ['zosia inspect', 'the inspect command'],
    actions: [
      '(see|find out|know|learn|show|list|print|tell) what (is|lies|is stored) (where |)(in|inside|on) (an|a|the|my|this) {image}',
      '(inspect|examine|look into|look at|look inside|analyse|study|explore|understand|peek into) (an|a|the|my|this) {image}',
      '(see|print|show|get|view) (the layout|the map|the structure|the extents|the partitions|the inside) of (an|a|the|my) {image}',
      'find out what (an|a|the|this) {image} is',
    ],
    questions: [
      'what (is|lies) (in|inside|on) (an|a|the|my|this) {image}',
      'what does zosia inspect (do|show|print|say)',
      'what kind of {image} is this',
      '(which|what) (command|tool) (shows|prints|tells|says|displays) (me |)(what is in|what is inside|the layout of|the contents of|the structure of|what is on) (an|a|the|my) {image}',
    ],
  },
  {
    name: 'files',
    answer: 'zosia ls, zosia cat and zosia extract list, print and copy files out of an image.',
    things: ['zosia (ls|cat|extract)', 'the (ls|cat|extract) command'],
    actions: [
      '(copy|get|take|extract|pull|fetch|save|unpack) (a file|files|the files|something|everything|one file|all files|the model) (out of|from) (an|a|the|my) {image}',
      '(list|see|show|browse) (the |all |)(files|directories|folders|file names) (in|of|on|inside) (an|a|the|my) {image}',
      '(print|read|see|show|display) a file (in|from|on|inside|of) (an|a|the|my) {image}',
      '(unpack|extract) (an|a|the|my) {image}',
    ],
    questions: [
      '(which|what) files are (in|on|inside) (an|a|the|my) {image}',
      'what does zosia (ls|cat|extract) do',
      '(which|what) command (copies|extracts|lists|prints|gets) (files|a file)(| from an image| out of an image| in an image)',
      'can (i|zosia) (read|list|copy|extract) files (in|from|out of) (an|a|the) {image}(| without mounting it)',
    ],
  },
  {
    name: 'verify',
    answer: 'zosia verify IMAGE checks every checksum and every reference in an image.',
    things: ['zosia verify', 'the verify command'],
    actions: [
      '(verify|check|test|validate|prove|control) (an|a|the|my|this) {image}(| for errors| for damage)',
      '(find out|know|see|check|tell|test|be sure|learn) (if|whether|that) (an|a|the|my|this) {image} is (whole|intact|fine|damaged|broken|corrupt|correct|valid|okay|healthy|complete|good)',
      '(find|detect|look for|search for) (errors|damage|corruption|problems|faults|mistakes) (in|on) (an|a|the|my) {image}',
      '(check|verify) (the |all |)(checksums|references|integrity|structure) of (an|a|the|my) {image}',
    ],
    questions: [
      'is (my|the|this|an) {image} (whole|intact|fine|damaged|broken|corrupt|correct|valid|okay|healthy|complete)',
      'what does zosia verify (do|check|test)',
      '(which|what) (command|tool) (checks|verifies|tests|validates) (an|a|the|my) {image}',
      'my {image} (may be|might be|is perhaps|seems|looks) (damaged|broken|corrupt|wrong)(|, how do i check it|, how can i test it|, what now)',
      'does zosia have (a|an) (fsck|e2fsck|checker|verifier)',
    ],
  },
  {
    name: 'image-model',
    answer: 'zosia image model makes a model disk that you can keep.',
    things: ['zosia image model'],
    actions: [
      '(make|build|create|write|produce|get|keep) (a|my own|my|an own) model disk(| to keep| myself| as a file| as a raw image| without booting)',
      '(make|build|create|write|produce) (a|an) {image} (with|of|from|for|out of) (a|my|the) (model|gguf)',
      '(put|write|save) (a|my) (model|gguf) (on|onto|to) (a|an ext4) (disk|disk image|image)',
    ],
    questions: [
      '(which|what) command (makes|builds|writes|creates) (a|the) (model disk|disk image|disk for a model)',
      'what does zosia image model do',
      'can i (keep|make|move|build|write) (a|the|my) model disk(| myself)',
    ],
  },
];
