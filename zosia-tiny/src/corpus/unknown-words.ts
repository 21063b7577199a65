import type { PhraseSets } from './phrase.js';

/** Words of the world outside, which zosia has nothing to do with. */
export const FOREIGN_WORDS: PhraseSets = {
  country: [
    '(france|germany|japan|poland|spain|china|brazil|india|canada|egypt|sweden|the united states)',
    '(england|italy|mexico|kenya|australia|russia|norway|turkey|greece|peru|chile|ireland)',
    '(portugal|austria|europe|africa|finland|vietnam|nigeria|cuba|iceland|asia|korea|ukraine)',
  ],
  city: [
    '(london|paris|berlin|tokyo|warsaw|new york|rome|vienna|moscow|oslo|krakow|hamburg)',
    '(lisbon|dublin|prague|chicago|sydney|athens|munich|my town|madrid|boston|cairo|seoul)',
  ],
  person: [
    '(einstein|napoleon|shakespeare|mozart|the president|the pope|newton|caesar|cleopatra)',
    '(beethoven|picasso|the king|the queen|marie curie|darwin|plato|columbus|gandhi|goethe)',
    '(linus torvalds|ada lovelace|turing|the chancellor|michael jackson|my uncle|chopin|elvis)',
    'the inventor of the {thing}',
    '(the king|the president|a famous poet) of {country}',
    '{name}',
  ],
  thing: [
    '(dog|cat|car|tree|house|moon|sun|sea|river|mountain|telephone|bicycle|computer mouse)',
    '(television|radio|train|plane|ship|elephant|whale|bird|lion|horse|cow|bee|ant|snake)',
    '(shark|tiger|frog|cake|soup|pizza|bread|cheese|piano|guitar|violin|drum|star|planet)',
    '(comet|atom|cell|heart|brain|bone|tooth|flower|rose|apple|banana|potato|onion|egg)',
    '(window|door|table|chair|lamp|book|newspaper|bank|school|church|castle|bridge|tower)',
    '(road|city|island|volcano|desert|forest|cloud|storm|rocket|battery|magnet|knife|shoe)',
    '(oven|fridge|washing machine|camera|bus|truck|lorry|tractor|microwave|toaster|kettle|tent)',
    '(coat|ring|hammer|ladder|garden|kitchen|roof|wall|spider|wolf|bear|rabbit|penguin|goose)',
    '{name}',
  ],
  things: [
    '(dogs|cats|cars|trees|planets|people|countries|stars|elephants|bees|birds|oceans|rivers)',
    '(bones|teeth|languages|months|days|moons|legs|eyes|letters|keys|colours|islands|states)',
    '(wheels|strings|cells|atoms|wings|feet|horses|children|calories|inhabitants|goals|chapters)',
  ],
  matter: [
    '(gravity|democracy|love|philosophy|history|physics|chemistry|music|art|war|football|tennis)',
    '(chess|politics|economics|biology|electricity|light|time|space|quantum physics|evolution)',
    '(religion|mathematics|algebra|geometry|the stock market|inflation|climate change|yoga)',
    '(the weather|cooking|gardening|dinosaurs|the roman empire|the second world war|opera)',
    '(the middle ages|photosynthesis|fashion|poetry|bitcoin|money|happiness|the meaning of life)',
    '(god|death|law|medicine|sleep|the french revolution|the cold war|marriage|jazz|astronomy)',
    '(tokens|transformers|embeddings|backpropagation|machine learning|databases|encryption|kubernetes)',
    '{name}',
  ],
  dish: [
    '(pasta|soup|rice|a cake|bread|pizza|an omelette|pierogi|sushi|a salad|coffee|jam|a pie)',
    '(tea|pancakes|a steak|potatoes|curry|fish|beans|lasagne|dinner|breakfast|a sandwich|goulash)',
  ],
  ailment: [
    '(a cold|the flu|a headache|a fever|back pain|a toothache|a cough|an allergy|high blood pressure)',
    '(asthma|diabetes|cancer|a broken leg|insomnia|a sore throat|hiccups|sunburn|covid|a rash)',
  ],
  sport: [
    '(football|tennis|basketball|rugby|hockey|golf|swimming|boxing|cycling|skiing|chess|handball)',
    '(the world cup|the olympics|the tour de france|the super bowl|wimbledon|the champions league)',
  ],
  /** What has switches, a speed, a memory and a price, but is not the machine. */
  device: [
    '(phone|smartphone|tv|television|oven|car|washing machine|camera|watch|tablet|printer|radio)',
    '(fridge|heating|alarm clock|dishwasher|lawn mower|motorbike|game console|playstation|iphone)',
    '(headphones|microwave|kettle|vacuum cleaner|electric bike|calculator|doorbell|hair dryer)',
  ],
  /** Software and formats of others. */
  software: [
    '(photoshop|excel|word|powerpoint|minecraft|spotify|youtube|whatsapp|instagram|netflix|gmail)',
    '(firefox|chrome|facebook|tiktok|fortnite|zoom|blender|autocad|outlook|tetris|skype|duolingo)',
  ],
  /** Words that nobody has heard, so that any strange word may be asked about. */
  name: ['{syllable}{syllable}', '{syllable}{syllable}{syllable}', '{syllable}{syllable}{ending}'],
  syllable: [
    '(ba|be|bo|ca|co|da|de|di|do|fa|fe|fi|ga|go|gra|ha|he)',
    '(ja|jo|ka|ki|ko|la|le|li|lo|lu|ma|me|mi|mo|na|ne|ni)',
    '(pa|pe|pi|po|qua|ra|re|ri|ro|sa|se|si|so|sta|ta|te|ti)',
    '(tra|tu|va|ve|vi|vo|wa|wi|wo|ya|ze|zo|fru|plo|ske|thi)',
  ],
  ending: ['(n|r|s|t|l|k|m|rd|ng|x|ck|lly|tion|ster|son|burg)'],
  quality: [
    '(tall|big|old|heavy|fast|far|deep|hot|cold|long|wide|rich|high)',
    '(expensive|small|loud|bright|strong|dangerous|famous|slow|clever|sweet|healthy|rare)',
  ],
};
