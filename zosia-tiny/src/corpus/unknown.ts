import type { Random } from '../random.js';
import type { Exchange } from './exchange.js';
import { ACTION_FRAMES, CLAIM_FRAMES, THING_FRAMES, WORDS } from './frames.js';
import { expand } from './phrase.js';
import type { Phrase } from './phrase.js';
import { proofread } from './proofread.js';
import { FOREIGN_WORDS } from './unknown-words.js';

const UNKNOWN_ANSWER = 'I do not know that. I only know zosia, small sums and short stories.';

/** Whole questions. */
const QUESTIONS: readonly Phrase[] = [
  '(what|which city) is the capital of {country}',
  '(who is|who was|tell me about|what did|where is|how old is|do you know) {person}(| do)',
  '(when|where|how|why) (was|did) {person} (born|die|live|dead|famous|crowned|elected|married)',
  'who (invented|discovered|built|made|found|painted|wrote|composed|designed|owns|won|sang|directed) (the|a) (first |best |biggest |)({thing}|{thing}|song|film|book|picture|world cup|race|game|prize|opera|play)(| of {city}| in {country}| last year)',
  'who (is|was) the (president|king|queen|prime minister|chancellor|mayor|author|richest man|fastest man|best player|captain|champion|leader) (of|in) ({country}|{city}|the world|the team|{name})',
  '(what is|how is|how will be) the weather (in {city}|today|tomorrow|like|like in {city}|outside|next week|on sunday)',
  '(will|does|is) it (rain|snow|be sunny|be warm|get cold|raining|snowing|be windy) (today|tomorrow|in {city}|next week|on monday|outside|in {country}|tonight)',
  'what (time|day|date|year|month) is it(| now| today| in {city})',
  'what is (a|the) {thing}',
  'what is {matter}',
  '(explain|tell me about|describe|teach me|what do you think about|what can you tell me about|do you like|do you know anything about|who invented|define|i want to learn) {matter}(| to me| in short)',
  '(tell me something about|describe|draw|show me|sing about|what do you think of|do you like|where can i buy|how much is|what does) (a|the|my|your) {thing}(| eat| cost| do| look like)',
  'how (do|can|should|does one|would) (i|you|one|) (cook|bake|make|prepare|eat) {dish}',
  '(do you have|give me|what is|i need) (a|the|your) (best |good |)recipe for {dish}',
  'how {quality} is (a|the|my) {thing}',
  'how {quality} is ({city}|{country}|{person}|the eiffel tower|mount everest|the moon|the earth)',
  'how many {things} (are there|does (a|the) {thing} have|are there in {country}|does {country} have|does a year have|has a {thing})(| in the world|)',
  'why (is|are|does|do|was) (the sky|the sea|grass|the {thing}|snow|{things}|fire|water|{matter}) (blue|green|white|hot|red|important|wet|cold|round|dark|fall|there|so {quality})',
  '(where|when) (is|was|are) (the {thing}|{city}|{country}|{person}|my {thing}|christmas|easter|my keys|the war|{matter})',
  '(where is|how do i get to|what is the way to|how far is it to|is it far to) ({city}|{country}|the station|the airport|the {thing}|the next {thing})',
  '(translate|say|write|spell) ({thing}|{matter}|good morning|i love you|{name}|hello) (in|to|into|in) (french|german|polish|spanish|latin|japanese|{name})',
  '(what does|what is|what means) {name}(| mean)',
  'who is {name}',
  '(write|sing|compose|draw|paint) (me |)a (poem|song|letter|email|essay|python program|picture|joke|rap|haiku|report|cv|program)(| about {matter}| about {things}| for my {thing}| for me)',
  '(tell me|do you know) a (joke|riddle|secret|poem|proverb|fact about {matter}|rumour)',
  '(buy|order|sell|bring|book|find|send) (me |)(a|some|the|two) ({thing}|{dish}|ticket|flight to {city}|hotel in {city}|taxi|table for two)',
  '(call|phone|email|wake|remind|pay) (me|my mother|the doctor|the police|my boss|{person}|a taxi)(| at six| tomorrow| now)',
  '(play|stop|pause) (some|the|my) (music|song|film|radio|video|game)',
  '(my|a) ({thing}|tooth|head|knee|back|car|printer|phone|{thing}) (hurts|is broken|does not work|is sick|is lost|makes a noise|died)(|, what can i do|, help|, what should i do|, why)',
  'how (do|can|should) i (repair|build|sell|paint|clean|find|feed|drive|grow|draw|lose|learn|win|train|open|fix) (a|my|the) ({thing}|{name})',
  'how (do|can|should) i (become rich|lose weight|learn {matter}|fall asleep|stop smoking|win at chess|make friends|get a job|save money|tie a knot|learn french|find a wife|be happy|play the {thing})',
  '(should|must|may) i (marry|buy a {thing}|go to {city}|learn {matter}|sell my {thing}|study {matter}|eat {dish}|call {person}|move to {country})',
  '(what|which) is the (best|biggest|longest|smallest|oldest|fastest|tallest|nicest|most expensive|most beautiful|deepest) ({thing}|film|book|country|song|city|animal|phone|restaurant|game|hotel)(| in the world| in {country}| of all time| in {city}| for children)',
  '(what is|what was|who won) the (score|match|game|election|news|lottery|world cup|football|price of {thing}|price of gold|population of {country}|currency of {country}|flag of {country}|language of {country})(| yesterday| today| last week)',
  'what (colour|color|shape|size|weight|sound|smell) (is|does|has) (a|the) {thing}(| have| make)',
  'what do {things} (eat|do|like|look like|cost|mean|weigh|drink)',
  'what (happened|was) (in|on) (1945|1989|1066|1789|2001|{city}|{country}|the moon|1492|monday)',
  'what (should|shall|can) i (eat|cook|wear|read|watch|buy|give my mother|do tonight|do in {city})(| today| tonight| tomorrow)',
  '(suggest|name|list|find|give me) (a|some|three|five|ten|good) (films|books|restaurants|names for my {thing}|countries|cities in {country}|{things}|songs|presents|hotels in {city})',
  '(do|can|have) you (like|speak|know|drive|eat|seen|read|play) ({dish}|french|german|chess|{city}|{person}|{matter}|a {thing}|{name}|polish)',
  '(is|are) ({matter}|{things}|{dish}|{person}|the {thing}|{country}) (good|bad|healthy|dangerous|true|real|beautiful|dead|rich|{quality}|a {thing}|poisonous)',
  'what is the (meaning|origin|history|future|purpose|opposite) of ({matter}|life|{name}|the {thing}|a {thing}|love|{things})',
  'can (a|the) {thing} (fly|swim|think|speak|break|explode|live long|run)',
  'what (causes|makes) (the {thing}|{matter}|{things}|a {thing}|rain|thunder|earthquakes) (hot|grow|move|work|{quality}|stop|happen)',
  'how (does|do) (a|the) {thing} (work|fly|grow|move|sleep|swim|start|break)',
  '{name} {name}(| {name})',
  '(i like|i hate|i bought|i saw|i lost|i have|i eat) (a|my|the|some) ({thing}|{thing}|{dish}|{name})(| today| yesterday| very much)',
  '(which|what) (number|team|bus|train|{thing}|colour|language|song) (is|do you like|do you prefer|should i take|goes to {city}|wins|speaks {country})(| best| most)',
  '(i am|my friend is|we are) (sad|ill|hungry|in love|bored of {matter}|alone|tired|angry|from {city}|from {country}|late)(|, what can i do|, help me)',
  '(i have|my child has|my mother has|what helps against|how do i get rid of|is it dangerous to have|what to do about|what are the symptoms of|how long does one have) {ailment}(| for days| again|, help)',
  '(which|what) (doctor|medicine|tea|pill|vitamin|food) (helps|is good|should i take|do i need) (against|for|with) {ailment}',
  'how (many calories|much sugar|much salt|much protein|many vitamins|much fat) (has|is in|does) (a|the) ({thing}|{dish})(| have)',
  '(who|which team|which country|what player) (won|wins|will win|lost|leads|plays in|is best at) {sport}(| in {country}| last year| tonight| yesterday| in 2010)',
  '(what are the rules of|how do you play|how many players are in|when is|where is|how long is|do you watch|who invented) {sport}(| this year| played|)',
  '(what is|any|tell me the|what are) (news|the newest|the headlines|latest news|big news)(| today| from {country}| about {person}| in {city}| in politics)',
  '(what do you think|what is your opinion|how do you feel|whose side are you on|what do people say) (of|about|on|in) ({matter}|{person}|{country}|{sport}|the election|the government|{things})',
  '(do you (think|believe|feel)|would you say|are you sure|is it your opinion)(| that) ({person}|{matter}|{country}|{sport}|the {thing}|love|luck|my {thing}) (exists|is right|is real|will come back|matters|helps|is overrated|is good for me|knows best)',
  '(do|would) you (prefer|rather have|vote for|believe in|recommend) ({matter}|{person}|{dish}|a {thing}|{city} or {city}|tea or coffee|{things})',
  'who (will win|should i vote for in|won|lost) the (election|war|race|vote|debate)(| in {country}| next year)',
  '(when|why|how) did (the {thing}|{country}|{person}|the roman empire|the war|{city}|the titanic) (end|begin|fall|sink|become independent|burn|win|disappear|stop|start)',
  '(which|what) (language|languages|money|food|animals|religion|currency|king|army|rivers|mountains) (do they|does one|do people|has|have they) (speak|use|eat|have|got) in ({country}|{city})',
  '(is|was) {city} (in|bigger than|the capital of|near|older than) ({country}|{city})',
  '(list|name|count) (all |)(the |)(countries|capitals|kings|presidents|oceans|planets|continents|rivers|states|popes) (of|in) ({country}|the world|history|europe)',
  '(how long|how far|how many hours|how expensive) (is|does|would) (it|a flight|the train|the drive|the trip) (from|to|take to) {city}(| to {city}| by car| by train)',
  'how much (memory|ram|storage|space|power|energy|fuel|water|money) (does|has|needs|do i need for) (a|my|the) {device}(| have| need| use)',
  'how many (processors|cores|pixels|watts|gears|wheels|buttons|kilos|horsepower) (does|has) (a|my|the) {device}(| have|)',
  'how do i (shut down|turn off|switch off|stop|restart|reset|start|boot|speed up|unlock|charge|update|repair|clean) (my|the|a) {device}(| again| at night| properly)',
  '(turn|switch) (off|on) (my|the) {device}(| please| now)',
  '(my|the|our) {device} (is slow|is too slow|hangs|is frozen|does not start|is out of memory|needs more memory|does not turn off|is dead|overheats)(|, what now|, help|, why)',
  'why is (my|the|a) ({device}|{thing}) so (slow|loud|hot|expensive|big|small|old)',
  '(which|what) (option|button|switch|key|setting|menu) (turns off|starts|stops|is for|changes|opens) (the|my) {device}',
  'how do i (install|uninstall|open|quit|close|update|use|learn|download|pay for) {software}(| on my phone| for free| at school)',
  '(what|which) (language|licence|format|file|version|company) is {software} (written in|under|using|from|made by|made in)',
  '(is|was) {software} (free|open source|written in java|down|private|safe|better than {software}|popular|made by {name})',
  'who (made|wrote|owns|created|invented|sells|designed) ({software}|{device}s|the first {device}|{name})',
  '(what is|tell me about|do you know|how does one use|what does|compare {software} and) {software}(| do|)',
  '(what|which) (flag|flags) (has|have|does|is|are) ({country}|the ships|{city}|the {thing})(| have| got|)',
  '(what does|how does|what colours has) the flag of {country}(| look like| mean)',
  '(what|where) is the boot (of a {device}|of a car|of the car|of my shoe)',
  '(what|which) (disk|record|album|song|tape) (did|has) ({person}|{name}) (sell|record|make|write|sing)',
  '(which|what) (model|models|version|size|colour|brand) of ({device}|{thing}|car) (is|should i|do you|are) (buy|best|recommend|cheapest|there)',
  '(where|in which folder|in which drawer|in which shop) (do|can|should) i (put|keep|store|find|buy) (my|the|some) ({thing}|{dish}|{things}|socks|photos|taxes)',
  '(convert|change|turn) (euros|dollars|miles|kilometres|celsius|inches|pounds|grams) (to|into) (dollars|yen|kilometres|miles|fahrenheit|centimetres|kilos|ounces)',
  'how (fast|quick|slow) (is|runs|can) (a|the) ({thing}|cheetah|{device}|snail|horse|plane)(| run| go| fly)',
  '(what|how high|how low) is the temperature (in {city}|outside|of the sun|of the sea|on mars|of my oven|today|of boiling water)',
  '(does|can|will) (my|the|a) ({thing}|{device}) (need|have|use) (the internet|a licence|a battery|electricity|water|memory|a doctor|oil)',
  '(stop|interrupt|call|ask|greet|thank|feed|wash) (my|the|a) ({thing}|neighbour|teacher|children|{device}|taxi|baby)(| please| now)',
  '(what is|who is|where is) the (kernel|engine|seed|core|network|context|answer) of (a|the) ({thing}|nut|{device}|corn|problem)',
  'what is (the answer to life|inside a {thing}|inside the {device}|under the sea|in the news|in a {thing}|behind the moon|on tv tonight)',
  'do i (need|have to have) (a visa|a licence|a passport|a helmet|a ticket|a coat|an umbrella|a doctor|permission) (for|to) ({country}|drive a {device}|{sport}|go to {city}|fish|sell a {thing}|marry)',
  '(i need|i want|give me|show me|find me) (a|the) (bigger|better|new|cheaper|faster|used) ({thing}|{device}|house|job|flat)',
  '(who|what) (runs|governs|rules|leads|starts|drives|powers) ({country}|{city}|the {thing}|a {device}|the world|the bank)',
  '(remind me|set an alarm|set a timer|make a list|write a note|schedule a meeting|add milk to my list)(| for tomorrow| at seven| for the eggs| please| with {person})',
  '(correct|summarise|read|translate|rewrite|proofread|check) (my|this|the) (essay|letter|email|homework|poem|text|cv|{thing} article)(| please| for me)',
  '(write|debug|explain|fix) (me |)(a|my|some|this) (python|java|sql|html|javascript|excel|php) (script|code|program|query|formula|function|page)(| for me| please)',
  '(do|solve|help me with) my (homework|taxes|essay|exam|thesis|crossword|physics exercise|sudoku)',
  '(recommend|suggest|find) (me |)a (hotel|film|book|restaurant|doctor|present|series|wine|holiday|name for my {thing}|song)(| in {city}| for my mother| for tonight)',
  '(what|how much) (is|does|was) (a|the|one) ({thing}|{device}|{dish}|litre of milk|ticket to {city}|house in {city}) (cost|worth|price|sold for)',
  '(is there life on|how far is|how big is|who lives on|what is on) (mars|the moon|venus|jupiter|another planet|the sun)',
  '(what|which) (animal|animals|bird|fish|insect) (is|are|can|lives|live|has|eats) (the biggest|fly|in {country}|in the {thing}|{quality}|the fastest|six legs|swim|{things})',
  '(how|when|where) do (bees|birds|whales|{things}|wolves|spiders|penguins|snakes) (sleep|live|breed|eat|migrate|make honey|hunt|die|communicate)',
  '(what day|how many days|how long) (is it|are there|is it until|until|is) (christmas|easter|my birthday|summer|the holidays|new year)',
  '(boil|fry|bake|grill|freeze|peel|season|marinate) ({dish}|an egg|a {thing}|chicken|vegetables)(|, how long|, how|, at what temperature)',
  'how (long|hot|much salt|many minutes) (do|does|must|should|for) (i cook|i boil|it take to cook|one bake) ({dish}|an egg|chicken|a potato)',
];

/** What one might do, as topics have it: the shape of a question tells nothing of what it is about. */
const ACTIONS: readonly Phrase[] = [
  '(cook|bake|make|prepare|eat|order|freeze|serve) {dish}',
  '(learn|teach|understand|study|explain|forget) {matter}',
  '(play|watch|win|train for|bet on) {sport}',
  '(cure|treat|avoid|get over|survive) {ailment}',
  '(travel|move|fly|drive|get|hitchhike|emigrate) (to|from) ({city}|{country})',
  '(buy|sell|build|repair|paint|clean|carry|find|draw|wash|borrow) (a|my|the) ({thing}|{device})',
  '(turn off|switch off|shut down|stop|start|restart|turn on|charge|speed up|unlock) (my|the|a) {device}',
  '(install|open|quit|close|update|use|delete|download|run|buy) {software}',
  '(feed|train|catch|keep|breed|draw|tame|name) (a|my|the) {thing}',
  '(set|change|lower|raise) (the price|the alarm|the temperature of my oven|the volume|my password|the clock)',
  '(give|bring|send|sell) (my|the|a) (mother|dog|teacher|neighbour|cat|boss) (more|a|some) (money|{thing}|food|{dish}|time)',
  '(save|earn|spend|lend|win|borrow|count) (money|a million|time|my coins)',
  '(become|meet|marry|write to|paint|call) (a doctor|a pilot|{person}|a lawyer|an actor|a president)',
  '(put|store|keep) (my|the) ({things}|{thing}|socks|photos) (in|on|under) (a|the) {thing}',
  '(convert|change|exchange) (euros|miles|dollars|pounds) (into|to) (yen|kilometres|kilos|francs)',
  '(translate|say|pronounce|spell) ({name}|thank you|{thing}) in (french|latin|polish|chinese)',
  '(check|test|measure|inspect) (my|the|a) (blood|brakes|{thing}|teeth|eyes|temperature|{device})',
  '(write|publish|read|sell) a (novel|poem|song|cv|love letter|newspaper|speech)',
  '(grow|plant|water|cut) (a|my|the|some) (tree|tomatoes|rose|grass|hair|{thing})',
];

/** What one might want explained. */
const SUBJECTS: readonly Phrase[] = [
  '(a|the|my) ({thing}|{device})',
  '{matter}',
  '({person}|{country}|{city})',
  '({sport}|{ailment}|{software})',
  '{name}',
  'the (capital|history|king|population|flag|language|economy|climate|war) of {country}',
  'the (engine|memory|speed|price|colour|weight|heart|shutter|motor) of (a|the|my) ({device}|{thing})',
  'the (best|first|oldest|biggest|new) ({thing}|film|book|song|{device}) (of|in|from) ({country}|{city}|the world)',
  'the (theory of relativity|big bang|stock market|milky way|human body|bible|nobel prize|european union)',
  '(a black hole|an eclipse|a virus|a vitamin|a mortgage|a haiku|a verb|a solar panel|a carburettor)',
];

/** What one might want to have confirmed. */
const CLAIMS: readonly Phrase[] = [
  '({city}|{country}|{person}|{matter}|{software}|a {thing}|a {device}) is (dangerous|famous|beautiful|old|free|expensive|dead|slow|{quality})',
  '(a|the) {thing} (can fly|can swim|is {quality}|has {things}|eats {things}|lives in {country}|sleeps all day)',
  '(coffee|sugar|{dish}|milk|wine|{sport}) (is healthy|is good for me|helps against {ailment}|makes me fat|costs too much)',
  '{city} is (in|the capital of|far from) {country}',
  '{person} (was|is) (born in {city}|a king|dead|married|rich|from {country})',
  '(it will|tomorrow it will|next week it will) (rain|snow|be sunny|be warm)(| in {city})',
  '(the earth|the moon|mars|the sun) is (flat|round|made of cheese|hot|{quality})',
  '({software}|my {device}) (runs|works|needs|uses) (well|the internet|a lot of battery|too much memory|for free|at night)',
  '(i should|one should|people must) (eat {dish}|learn {matter}|visit {city}|buy a {device}|watch {sport})',
];

/** How often a question is made as those on topics are. */
const FRAMED = 0.3;

const FRAMED_WAYS = [
  [ACTION_FRAMES, 'action', ACTIONS],
  [THING_FRAMES, 'thing', SUBJECTS],
  [CLAIM_FRAMES, 'claim', CLAIMS],
] as const;

/** A word that nobody has heard. */
export function strangeWord(random: Random): string {
  return expand('{name}', FOREIGN_WORDS, random);
}

/** Something that a small model cannot know. */
export function unknownExchange(random: Random): Exchange {
  const question = random.chance(FRAMED)
    ? framedQuestion(random)
    : expand(random.pick(QUESTIONS), FOREIGN_WORDS, random);
  return { topic: 'unknown', question: proofread(question), answer: UNKNOWN_ANSWER };
}

function framedQuestion(random: Random): string {
  const [frames, key, phrases] = random.pick(FRAMED_WAYS);
  const subject = expand(random.pick(phrases), FOREIGN_WORDS, random);
  return expand(random.pick(frames), { ...WORDS, [key]: [subject] }, random);
}
