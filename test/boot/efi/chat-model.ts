import { withMetadata } from '../support/gguf-metadata.js';

/** Questions and answers as the built-in model was taught them, one after another. */
const QUESTIONS =
  "{% if messages[0].role == 'system' %}{{ messages[0].content }}\n{% endif %}" +
  '{% for message in messages %}' +
  "{% if message.role == 'user' %}Q: {{ message.content }}\nA:{% endif %}" +
  "{% if message.role == 'assistant' %} {{ message.content }}\n{% endif %}" +
  '{% endfor %}';

const CHATML =
  '{% for message in messages %}' +
  "{{ '<|im_start|>' + message.role + '\n' + message.content + '<|im_end|>\n' }}" +
  '{% endfor %}' +
  "{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}";

const TEMPLATES = { questions: QUESTIONS, chatml: CHATML } as const;

/** A GGUF that holds conversations in one of these forms. */
export function withChatTemplate(gguf: Buffer, name: keyof typeof TEMPLATES): Buffer {
  return withMetadata(gguf, 'tokenizer.chat_template', TEMPLATES[name]);
}
