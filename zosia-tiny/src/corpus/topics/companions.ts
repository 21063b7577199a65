import type { Topic } from '../topic.js';

/** What may lie beside a model on its disk. */
export const COMPANIONS: readonly Topic[] = [
  {
    name: 'adapters',
    answer:
      'zosia image model takes adapters with --lora, a projector with --mmproj, other files with --add.',
    weight: 1.5,
    things: [
      '(the option |the flag |)(--lora|--mmproj|--add)',
      '(a lora|lora|a lora adapter|lora adapters|the lora option|an adapter|adapters)(| in zosia| for a model| for zosia|)',
      '(mmproj|mmproj.gguf|an mmproj file|the mmproj option|a multimodal projector|the multimodal projector|a vision projector|the projector of a model)(| in zosia| for a model|)',
      '(a fine-tuned adapter|a fine-tune as an adapter|a style adapter|a qlora|lora-1.gguf)',
      '(more|other|further|extra|additional) files on (the|a) model disk',
      '(a|the) (multimodal|vision) model(| in zosia| on the model disk|)',
    ],
    actions: [
      '(use|add|load|apply|attach|include|give|pass|put on|take|combine the model with|run the model with) (a lora|my lora|a lora adapter|an adapter|two loras|several adapters|my adapter|a fine-tuned adapter|lora adapters|a qlora adapter|lora weights)(| with zosia| to the model| with my model| on the model disk| in the guest|)',
      '(use|add|load|attach|include|give|pass|put on) (a projector|an mmproj|the mmproj file|a vision projector|a multimodal projector|mmproj.gguf|the projector|an image encoder)(| to the model| with my model| on the model disk| for a vision model|)',
      '(put|add|copy|bring|place|store|include|write|get) (a photo|a picture|other files|more files|extra files|further files|additional files|my own files|a text file|a folder|documents|my notes|a jpg|a second file|an image file|photos|a prompt file|any file) (on|onto|to) (the|a|my) model disk',
      '(get|bring|put|pass) (a photo|a picture|a file|my files|other files|a jpg|extra files|documents) (into|to) the guest',
      '(run|use|boot|start|try) (a vision model|a multimodal model|a model that reads pictures|a model that sees images|llava|a model with a projector|a vlm|a vision language model|a model with an adapter|a model with a lora)',
      '(make|build|create|write) a model disk with (a lora|an adapter|a projector|an mmproj|more files|other files|a photo|two adapters|a folder of mine|extra files)',
      '(load|use|boot|run) (a|my|the) model (together with|plus|along with) (a lora|an adapter|its adapter|its projector|a fine-tuned adapter|an mmproj)',
      '(let|have) (a|the|my) model (look at|see|read|describe) (a photo|a picture|pictures|an image|photos)',
    ],
    questions: [
      '(does|can|will|could) zosia (support|take|use|load|handle|know|accept|do|apply) (lora|loras|lora adapters|adapters|mmproj|projectors|vision models|multimodal models|fine-tuned adapters|a projector|qlora|image input)',
      'what (does (the option |)(--lora|--mmproj|--add) (do|take|add|mean|want)|is (the option |)(--lora|--mmproj|--add) (for|good for)|are --lora and --mmproj for)',
      '(which|what) (option|flag|switch|command) (takes|adds|loads|is for|applies|puts|gives) (a lora|an adapter|adapters|a projector|the mmproj|mmproj|a vision projector|a photo on the model disk|other files on the model disk|lora adapters|extra files)',
      '(where|how) (do|can|should|must) i (put|pass|give|name|add|specify|store) (my lora|the adapter|a projector|an mmproj|a lora file|my adapters|extra files for the model disk|the vision projector)',
      'where does (a lora|an adapter|the projector|the mmproj|a lora file) (go|belong|lie)(| on the model disk|)',
      '(lora|loras|lora adapter|adapter|adapters|mmproj|projector|vision projector|multimodal|vision model|llava|fine-tuned adapter|qlora|lora weights)(| please| support| option| how| in zosia| with zosia| file| gguf|, supported)',
      '(--lora|--mmproj|--add)(| please|, how|, what does it do|, what is that| option| example|, what for| file)',
      '(i have|i trained|i made|i downloaded|we have|i got|there is) (a lora|a lora adapter|an adapter|a fine-tuned adapter|an mmproj file|a projector|an mmproj.gguf|two adapters|a lora gguf)(|, how do i use it|, where does it go|, what now|, can zosia use it|, how do i put it on the disk| for my model)',
      '(can|could|does|will) (a|the|my) model (see|look at|read|understand|describe|take) (pictures|a picture|images|a photo|photos|an image)(| in the guest| in zosia|, with a projector|)',
      '(can|may|could) i (put|add|copy|have|store|include) (a photo|a picture|other files|more files|further files|my own files|a folder|extra files|a lora|an adapter|a projector|documents|a jpg) (on|onto|to) (the|a|my) model disk',
      '(what|which files|what else) (can|may|could) (i put|lie|be|be put|be stored|go) on (the|a) model disk (besides|next to|apart from|in addition to|together with) the model',
      '(how many|can i use several|can i use two|are there several|more than one) (loras|adapters|lora adapters)(| at once| together| allowed| possible|)',
      '(is (lora|mmproj|a projector|a lora|an adapter|a vision model)|are (loras|lora adapters|adapters|vision models|multimodal models|projectors)) (supported|possible|allowed|okay|understood|taken)(| by zosia| in zosia|)',
      'zosia image model (--lora|--mmproj|--add|with a lora|with an adapter|with a projector|with extra files|with a photo)(| please| example|, what does it do|, how)',
      '(photo|picture|jpg|image file|extra file|extra files|folder|documents|more files|other files) (on|onto|to) (the |my |a |)model disk(|, how| please|, possible)',
      '(i want|i need|i would like|i have) (a photo|a picture|some files|other files|my documents|a folder|more files|extra files|a jpg) (on|to put on|to add to|that should be on) the model disk(|, how|, which option)',
      '(fine-tuned|finetuned|fine tuned) (adapter|lora|weights)(|, how do i load it|, how do i add it|, supported)(| with zosia|)',
      '(my|the|our) (lora|adapter|projector|mmproj|lora adapter) (should be used|should be loaded|must be applied|belongs to the model|goes with the model)(|, how|, which option|, where do i name it)',
      '(adding|loading|using|applying) (a lora|an adapter|lora adapters|a projector|an mmproj|extra files|a photo)(| to the model| to the model disk| with zosia|)',
      '(image input|picture input|vision|vision support|multimodal input|multimodal support)(| with zosia| in zosia|, how| for a model|, which option)',
      '(apply|stack|combine|merge in|load) (two|several|many|three) (loras|adapters|lora adapters)(|, how|, possible)',
    ],
    claims: [
      'zosia (supports|takes|can use|can load|knows) (lora|lora adapters|adapters|a projector|mmproj|vision models|multimodal models)',
      '(i can|one can) (put|add) (other files|a photo|a lora|an adapter|a projector|a folder) (on|to) the model disk',
      '(--lora|--mmproj|--add) (adds|takes) (an adapter|a projector|a file|a photo)',
    ],
  },
];
