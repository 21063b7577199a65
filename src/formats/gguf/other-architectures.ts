/**
 * Architectures of GGUFs that are made for other programs than llama.cpp: what they make instead of text
 * (stable-diffusion.cpp and ComfyUI-GGUF, `general.architecture`).
 */
const IMAGES = 'flux sd1 sd3 sdxl aura hidream cosmos lumina2 qwen_image pixart z_image chroma';
const VIDEOS = 'wan hyvid ltxv';

const MADE: ReadonlyMap<string, string> = new Map([
  ...IMAGES.split(' ').map((name) => [name, 'images'] as const),
  ...VIDEOS.split(' ').map((name) => [name, 'videos'] as const),
]);

/** What a model of an architecture makes, where that is known not to be text. */
export function whatElseIsMade(architecture: string): string | undefined {
  return MADE.get(architecture);
}
