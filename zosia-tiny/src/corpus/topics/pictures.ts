import type { Topic } from '../topic.js';

/** What a machine shows, as a picture. */
export const PICTURES: readonly Topic[] = [
  {
    name: 'screenshot',
    answer: 'zosia run efi --screenshot FILE takes a picture of the EFI screen.',
    things: [
      '(the option |the flag |)--screenshot',
      '(a|the) (screenshot|screen shot|screen capture|screen grab|screendump)(| of the efi machine| of the machine| of the firmware| in zosia|)',
      '(a picture|an image|a png|a photo|a snapshot|a capture) of (the efi screen|the firmware screen|the screen of the efi machine|the screen of the machine|what the firmware shows|the efi machine)',
      'zosia run efi --screenshot',
      'the screenshot (option|command|function|feature)(| of zosia|)',
    ],
    actions: [
      '(take|make|get|create|capture|save|have|shoot|grab|do|produce) (a|one|some|my own) (screenshot|screen shot|screen capture|screen grab|screendump)(| of the efi machine| of the machine| of the firmware| of efi| of the efi screen| of the vm| as a png| in a file)',
      '(take|make|get|save|have|create|record|shoot) (a picture|an image|a png|a photo|a snapshot|a png file|a capture) of (the screen|the efi screen|the screen of the machine|the efi machine|the screen of the efi machine|what the firmware shows|what is on the efi screen|the firmware screen|the uefi screen)',
      '(capture|save|record|grab|photograph|dump|keep|export) (the screen|the efi screen|the uefi screen|the screen of the machine|the firmware screen|what the firmware shows|what the efi machine shows|what the screen shows|the screen contents|the display of the efi machine)(| as a png| as a picture| as an image| in a file| to a file| for my slides|)',
      '(see|look at|view|show somebody) (what the firmware shows|what the efi machine shows|what is on the efi screen|the screen of the efi machine|the firmware screen)(| as a picture| in a picture| as an image|)',
      '(write|save|put|store) (the screen|the efi screen|the firmware screen) (to|into|in|as) (a png|a png file|a picture|an image file|a file|a picture file)',
      '(document|illustrate|prove|show in a picture) what the (efi machine|firmware|efi screen) (shows|looks like)',
    ],
    questions: [
      '(which|what) (option|command|flag|switch) (takes|makes|saves|captures|gives|writes|is for) (a |the |)(screenshot|screenshots|picture of the screen|image of the screen|screen|png of the screen|screen capture)',
      'what does (the option |)--screenshot (do|take|need|write|save|mean|want)',
      '(can|could|does|will|may) (zosia|it|i|the efi machine|one) (take|make|save|do|capture|get|write) (a screenshot|screenshots|a picture of the screen|an image of the screen|a screen shot|a screen capture|pictures of the screen|a png of the screen)(| of efi| of the machine| of the firmware|)',
      '(screenshot|screenshots|screen shot|screen capture|screen grab|printscreen|print screen|capture screen|screendump)(| please| efi| uefi| of the machine| of the efi machine| option| how| command| of the firmware| png)',
      '(efi|uefi|firmware) (screenshot|screenshots|screen shot|screen capture|picture|screen png|screen image|screen picture|screen)(| please|, how| as png|)',
      '--screenshot(| please| option| file|, what does it do|, what is that|, what for| png|, how)',
      'zosia run efi --screenshot(| file| png|, what does it do| example|, what is that)',
      'what does the (efi screen|firmware screen|screen of the efi machine|efi machine) look like(|, can i have a picture|, can i see a picture|, is there a screenshot)',
      'what does (the firmware|the efi machine|the uefi application) (show|display|draw|have) on (its|the) screen',
      '(is there|does zosia have|has zosia|do you have|i need) a (screenshot function|screenshot command|screenshot option|way to take a screenshot|way to capture the screen|screenshot feature|print screen key|tool for screenshots)',
      '(i want|i need|i would like|give me|can i have|we need) (a screenshot|a picture of the screen|an image of the screen|a png of the efi screen|a screen capture|a picture of the efi machine|a screenshot of efi|screenshots)(| for my talk| for my slides| for the docs| for a bug report| for my blog|)',
      '(where|in which file|in what format) (is|are|does zosia save|goes|do i find|does it put) (the screenshot|screenshots|the picture of the screen|the screen capture)(| saved| stored| written|)',
      '(in|as) (what|which) format (is|are|does zosia save) (the screenshot|screenshots|a screenshot|the picture of the screen)(| saved| written|)',
      '(taking|making|saving|capturing) (a screenshot|screenshots|a picture of the screen|the screen|an image of the efi screen|the efi screen|a screen capture)',
      '(picture|image|png|photo|snapshot|capture) of the (screen|efi screen|firmware screen|efi machine|uefi screen|firmware)(| please|, how|, possible)',
      '(screenshot|picture|photo) (for|in) (the docs|my blog|a bug report|my slides|the readme)(, how do i take one of efi|, how do i take one of the screen| of the efi machine| of the efi screen)',
      'i (cannot|can not|do not) see (what the firmware shows|the efi screen|the screen of the efi machine|what is on the screen of the efi machine)(|, how do i get a picture|, can i save it as a picture)',
      '(how|with what) did (you|they|somebody) (take|make|get) the (screenshot|picture|image) of the (efi machine|efi screen|firmware)(| in the docs|)',
      '(please |)(take|make|save|capture|shoot) a (screenshot|picture of the screen|screen shot|screen capture)(| of the efi machine| for me| of efi| now|)',
    ],
    claims: [
      '(zosia|zosia run efi) can (take|make|save) (a screenshot|screenshots|a picture of the screen|a picture of the efi screen)',
      '--screenshot (takes|saves|writes|makes) (a picture|a png|a picture of the screen|an image of the efi screen)',
      'there is (a screenshot option|an option for screenshots|a way to take screenshots)',
    ],
  },
];
