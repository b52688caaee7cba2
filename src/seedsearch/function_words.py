"""Words that hold sentences together and tell little of what they are about: articles, pronouns, prepositions, question words.

Closed classes of the languages that most text is written in, as any grammar lists them; what a question is about is never
among them, however frequent ("system", "number"). They are weighed, never dropped from the index: see `ranking`.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import cache

_WORDS = {
    "en": """a about above after again against all also am among an and any are as at be because been before being below
        between both but by can could did do does doing down during each either else ever few for from had has have
        having he her here hers him his how i if in into is it its itself just many may me might more most much must
        my neither no nor not now of off on once one only onto or other our out over own per same shall she should
        since so some such than that the their them then there these they this those through to too under until up
        upon us very was we were what when where whether which while who whom whose why will with within without
        would you your""",
    "de": """aber alle allem allen aller alles als also am an andere anderen auch auf aus bei beim bin bis bist da dabei
        dadurch dafür damit dann das dass daß dem den denn der deren des dessen die dies diese diesem diesen dieser
        dieses doch dort du durch ein eine einem einen einer eines er es für gegen hat hatte hatten haben habe hier
        hinter ich ihm ihn ihnen ihr ihre ihrem ihren ihrer im in ins ist ja jede jedem jeden jeder jedes kann kein
        keine keinem keinen keiner können konnte man mehr mein mich mir mit nach neben nicht noch nun nur ob oder
        ohne sehr sein seine seinem seinen seiner seit sich sie sind so sodass solche soll sollte sondern sonst über
        um und uns unser unter viel viele vielen vom von vor während wann war waren warum was wegen weil welche
        welchem welchen welcher welches wem wen wenn wer werden werde wessen wie wieviel wieviele wird wo wodurch
        woher wohin womit worden wurde wurden zu zum zur zwischen""",
    "fr": """à afin ai ainsi alors après au aucun aucune auquel aussi autre autres aux auxquels avait avant avec avoir
        ayant car ce ceci cela celle celles celui ces cet cette ceux chaque chez ci combien comme comment d dans de
        depuis des desquels dont du duquel elle elles en encore entre est et étaient était étant être eu eux fait
        fut il ils j je jusque l la laquelle le lequel les lesquelles lesquels leur leurs lors lui m mais me même
        mêmes mes moi moins mon n ne ni nos notre nous on ont ou où par parce pas pendant peu peut peuvent plus pour
        pourquoi près qu quand que quel quelle quelles quels qui quoi s sa sans se selon sera ses si son sont sous
        sur t ta te tel telle tes ton tous tout toute toutes très tu un une vers vos votre vous y c'est d'un d'une
        l'on n'est qu'il qu'elle qu'un qu'une est-ce""",
    "es": """a al algo algún alguna algunas alguno algunos ante antes aquel aquella aquellos así aún aunque bajo cada
        como cómo con contra cual cuál cuáles cuales cualquier cuando cuándo cuanta cuánta cuántas cuántos cuánto de
        del desde donde dónde dos durante e el él ella ellas ellos en entre era eran es esa esas ese eso esos esta
        está están estas este esto estos fue fueron ha había han hasta hay la las le les lo los más me mediante mi
        mientras mucho muchos muy nada ni no nos nosotros o otra otras otro otros para pero poco por porque pues que
        qué quien quién quienes quiénes se según ser si sí sido sin sobre solo sólo son su sus tal también tan tanto
        te tiene tienen todo toda todos todas tras tu tus u un una unas uno unos y ya yo""",
    "it": """a ad agli ai al alla alle allo altri altro anche ancora avere aveva c che chi ci cioè come con contro così
        cui da dagli dai dal dalla dalle dallo degli dei del della delle dello dentro di dopo dove due e è ed egli
        era erano essere fra fu furono gli ha hanno ho i il in io la le lei li lo loro lui ma me mentre mi mio molto
        ne né negli nei nel nella nelle nello noi non nostro o ogni oltre per perché più poi prima può qual quale
        quali quando quanta quante quanti quanto quel quella quelle quelli quello questa queste questi questo se sei
        senza si sia sono sopra sotto stata stati stato su sua sue sugli sui sul sulla sulle sullo suo suoi tra tu
        tutta tutte tutti tutto un una uno verso vi""",
    "pt": """a à ainda além algum alguma ao aos após aquela aquele as às assim até cada com como contra cuja cujo da das
        de dela dele deles depois desde do dos durante e é ela elas ele eles em entre era eram essa essas esse esses
        esta está estão estas este estes eu foi foram há isso isto já la lhe lo mais mas me mesmo meu minha muito
        muitos na nas não nem no nos nós nossa nosso num numa o onde os ou para pela pelas pelo pelos por porque
        porquê pouco qual quais qualquer quando quanta quantas quanto quantos que quê quem se seja sem ser será seu
        seus sido são sob sobre sua suas só também tal tão te tem têm tinha toda todas todo todos tu um uma umas uns
        você""",
    "nl": """aan al alle als altijd andere ben bij daar dan dat de der deze die dit doch doen door dus een en er ge geen
        haar had hadden heb hebben heeft hem het hier hij hoe hoeveel hun ik in is ja je kan kon kunnen maar me meer
        men met mij mijn na naar naast niet nog nu of om omdat onder ons onze ook op over reeds sinds te tegen toch
        toen tot tussen uit uw van veel voor waar waarom wanneer waren was wat we wel welk welke werd werden wie wij
        wil worden wordt ze zei zelf zich zij zijn zo zonder zou""",
    "sv": """alla att av bara blev bli de dem den denna deras dess det detta dig din dock du där efter eller en er ett
        från för genom ha hade han har henne hennes hon honom hur här i icke inom inte jag kan kunde man med mellan
        men mig min mot mycket ni nu när någon något några och om oss på samma sedan sig sin sina sitt skulle som så
        till under upp ut utan vad var varför vara vem vi vid vilka vilken vilket är över""",
    "da": """af alle at blev bliver da de dem den denne der deres det dette dig din disse dog du efter eller en end er et
        for fra ham han hans har havde hende hun hvad hvem hver hvilke hvilken hvilket hvis hvor hvordan hvorfor
        hvornår i ikke ind jeg kan kunne man med mellem men mere mig min mod ned noget nogle nu når og også om op os
        over på sig sin skal skulle som så til ud under var ved vi vil være været""",
    "no": """alle at av bare ble bli blir da de dem den denne der deres det dette din disse du eller en enn er et etter
        for fra ha hadde han hans har hun hva hvem hver hvilke hvilken hvilket hvis hvor hvordan hvorfor i ikke inn
        jeg kan kunne man med mellom men mer meg mot ned noe noen nå når og også om opp oss over på seg sin skal
        skulle som så til under ut var ved vi vil være vært""",
    "fi": """ei eivät en että he hän häneen hänen ja jo joita joka jos jossa jota jotka kanssa keitä kenen ketkä koska
        kuin kuinka kuka kun kuten me mihin mikä miksi millainen millä milloin minkä minä missä mistä mitkä mitä
        mutta myös ne niiden niitä noin nyt ole oli olivat olla on ovat sekä sen se siinä sillä sinä sitten sitä tai
        te tämä tämän tässä tätä vai vain vaan voi yli""",
    "pl": """a aby albo ale ani bardzo bez bo by być był była było były będzie ci co czy czyli dla do gdy gdzie go i ich
        ile im inne iż ja jak jaka jaki jakie jako je jego jej jemu jest jeszcze jeśli już każdy kiedy kim kto która
        które którego której który których którym którzy ku lub ma mają mi między mnie może można na nad nam nas nie
        niego niej nich nim niż o od on ona one oni oraz po pod ponieważ przed przez przy są się skąd swoje ta tak
        także tam te tego tej ten to tu tych tylko tym u w we wszystkie z za zaś ze że""",
    "cs": """a aby ale ani anebo až bez bude by byl byla byli bylo být co či další do i ho jak jaká jaké jaký jako je
        jeho její jejich jen ještě již jsem jsme jsou k kam kde kdo kdy kdyby když kolik která které který kteří ke
        má mají mezi mi mnoho mu na nad ne nebo než nich nim o od on ona oni ono pak po pod podle pokud pro proč
        protože před přes při s se si své tak také tam tato ten tento této to toho tohoto tomu tu tuto ty u už v ve
        však z za ze že""",
    "ro": """a acea această aceasta aceast acel acela acele acest acesta aceste acestui acestei ai al ale am ar are asta
        așa asupra atunci au avea avut ca că când care căror cărui ce cea cei cel cele celor cine cu cum cât câte
        câți câtă dar dat de deci decât deși despre din dintre după e ea ei el ele era erau este eu fi fie fiind
        fost iar în înainte între îi își la le lor lui mai mult multe mulți ne nici nimic noastre nostru nu o ori pe
        pentru peste poate prin sa sau să se sunt su sub sunt tot toate toți un una unde unei unor unui unul va voi
        vor își""",
    "hu": """a abban ahhoz aki akik aki által ami amely amelyek amikor annak arra az azok azon azt azzal be bár csak de e
        egy egyéb el ez ezek ezt ezzel fel ha hány hanem hogy hogyan hol honnan hova is itt ki kik kit le lehet lett
        ma már még meg mely melyek melyik mert mi miért mikor milyen mind mit mint nagyon nem ő ők olyan ott össze
        pedig s sem szerint úgy után vagy van volt voltak""",
    "ru": """а без более бы был была были было быть в вам вас весь во вот все всего всех вы где да даже для до его ее
        если есть еще же за здесь и из или им их к как какая какие каким каких какого какое какой каком какую когда
        кого кому которая которого которое которой котором которую которые который которых кто куда ли либо между
        меня мне много мой мы на над него нее ней нет ни них но ну о об однако он она они оно от очень по под после
        почему при про с сам свое своей своих себя сколько со так также такие такой там те тем то того тоже только
        том тот ту ты у уже чего чей чем через что чтобы чья эта эти это этого этой этом этот эту я""",
    "uk": """а або але б без був була були було бути в вас весь він вона вони воно все всі ви вже від де для до є ж з за
        зі і із їх його її й кого коли кому котрий куди ли між мене мені ми на над нас не ним них ні о об під по при
        про саме свої себе скільки так також та там те ти то того той тому у хто це цей ця ці цього чи чий чим чому
        щоб що як яка яке який яких які якого якої якщо""",
    "el": """αλλά αν αντί από απο αυτά αυτές αυτή αυτήν αυτό αυτοί αυτόν αυτός αυτού αυτών για γιατί δεν διότι εάν εγώ
        εδώ εκεί εκείνη εκείνο εκείνος ένα έναν ένας ενός είναι είχε είχαν ενώ επειδή επί έχει έχουν η ή ήταν θα και
        κάθε κατά κι με μέσα μετά μεταξύ μέχρι μη μην μία μια μιας μου μόνο να ο οι όμως όπου όπως όσο όταν ότι ό,τι
        ου πιο ποια ποιά ποιες ποιο ποιό ποιοι ποιον ποιος ποιός ποιου πόσα πόσες πόση πόσο πόσοι ποτέ πότε που πού
        πριν προς πως πώς σας σε σαν στα στη στην στης στις στο στον στους συν τα τη την της τι τί τις το τον του
        τους των ώστε ως χωρίς""",
    "tr": """acaba ama ancak ayrıca bana bazı bazıları belki ben beri bile bir biri birkaç biz böyle bu buna bunda bundan
        bunlar bunu bunun çok çünkü da daha dahi de değil diğer diye dolayı en gibi göre hangi hangisi hem hep her
        hiç için iken ile ise işte kaç kadar karşı kendi kez ki kim kime kimi kimin kimler mı mi mu mü nasıl ne
        neden nedir nelerdir nerede nereden nereye niçin niye o olan olarak oldu olduğu olduğunu olması olmak olup
        olur ona ondan onlar onu onun ötürü oysa sanki siz şey şu sonra tarafından tüm üzere üzerinde var ve veya
        vardı vardır ya yani yine yok zaman""",
    "ar": """أن أنه أو أي أية إذا إلا إلى أما أم إن إنه الذي الذين اللذين التي اللاتي اللواتي ألا بعد بعض بل بما به بها
        بين بينما تلك ثم حتى حول حيث خلال دون ذلك سوف ضد ضمن على عليه عليها عن عند عندما غير ف في فيه فيها قبل قد
        كان كانت كانوا كل كلا كم كما كيف لا لدى لقد لكن لكي لم لما لماذا لن له لها لهم ليس ليست ما ماذا متى مثل مع
        من منذ منه منها مما ممن نحو هذا هذه هؤلاء هل هم هما هن هنا هناك هو هي و وقد ولا ولم وهو وهي يكون تكون أين""",
    "fa": """آن آنها آیا از است اگر اما ای این اینکه با باید بر برای بود بودند به بی بین پس پیش تا توسط چرا چگونه چند
        چندین چه چون چیست خود داد دارد دارند در را روی شد شده شود طی کجا کدام کرد کردند کرده کند که کی کنند ما مانند
        مورد من می نیز نیست نه ها های هر هم همه هنگام و ولی یا یک""",
    "he": """אבל או אותה אותו אותם אז אחר אחרי איזה איך אין אינו איפה איתו אך אל אם אני אנחנו אף אשר את אתה אתם בה בו בין
        בגלל גם דרך הוא היא היה היו הייתה הם הן זאת זה זו יש כאשר כדי כי כל כמה כמו כן לא לאחר לו להם לפני לפי לה
        מאוד מדוע מה מי מתי מן מ עד על עם של שלה שלו שלהם שם תחת""",
    "hi": """अन्य अपना अपनी अपने अब और आदि इन इनका इनके इस इसका इसकी इसके इसमें इसी इसे उन उनका उनकी उनके उस उसका उसकी
        उसके उसे एक एवं ऐसे क्या क्यों क्योंकि कई कब कर करता करते करना करने कहाँ कहां का कि कितना कितनी कितने किन
        किस किसका किसकी किसके किसने किसी किसे की कुछ के को कोई कौन कौनसा कैसे गई गए गया जब जहाँ जा जाता जाती जाते
        जाने जिन जिस जिसका जिसके जिसमें जैसे जो तक तथा तब तरह तो था थी थीं थे द्वारा दिया न नहीं ने पर फिर बहुत बाद
        भी मगर में यदि यह यहाँ ये रहा रही रहे या लिए लेकिन व वह वहाँ वे सकता सकते सभी साथ से हुआ हुई हुए है हैं हो
        होता होती होते होने ही""",
    "vi": """ai anh bao bằng bị bởi các cái cần càng chỉ chiếc cho chưa chứ có cùng của cũng dù do đã đang đây đâu đấy
        đến để đều điều đó được em gì hay hơn hoặc hãy khi không là lại lên lúc mà mỗi một nào này nên nếu nhiêu như
        nhưng những nơi ở qua ra rằng rất rồi sau sao sẽ tại theo thì thế trên trong trước từ tuy và vào vẫn vậy về
        vì với vừa việc""",
    "id": """ada adalah agar akan aku anda antara apa apakah atas atau bagaimana bagi bahwa banyak beberapa belum berapa
        bila bisa bukan dalam dan dapat dari daripada demi dengan di dia harus hingga ia ini itu jadi jika juga kami
        kamu kapan karena ke kepada ketika kita lagi lain lalu maka mana masih mengapa menjadi mereka namun oleh
        pada para pernah pun saat saja sangat saya sebagai sebuah secara sedang sejak selama semua seperti serta
        setelah siapa suatu sudah supaya tanpa telah tentang tersebut tetapi tidak untuk yaitu yakni yang""",
}
_SAME = {"nb": "no", "nn": "no", "ms": "id"}


@cache
def function_words(language: str) -> frozenset[str]:
    """The function words of a language (BCP 47 tag), folded; none for a language without a list.

    >>> "which" in function_words("en-GB")
    True
    """
    code = language.partition("-")[0]
    return frozenset(_WORDS.get(_SAME.get(code, code), "").split())


def likely_languages(words: Iterable[str], languages: Iterable[str]) -> list[str]:
    """The languages, of those given, in which a query of these words was most likely asked: those with most function words.

    All of them where no word tells.

    >>> likely_languages(["wer", "war", "in", "taiwan"], ["de", "en", "ja"])
    ['de']
    """
    asked = list(words)
    among = list(dict.fromkeys(languages))
    counts = {language: sum(word in function_words(language) for word in asked) for language in among}
    most = max(counts.values(), default=0)
    return [language for language in among if counts[language] == most] if most else among


def may_be_in(language: str, words: Iterable[str], languages: Iterable[str]) -> bool:
    """Whether a query of these words may be in a language: none of the others has FOREIGN more of its function words in it.

    >>> may_be_in("en", ["wer", "war", "es", "und", "wo"], ["de"]), may_be_in("en", ["de", "la", "cruz"], ["es"])
    (False, True)
    """
    asked = set(words)
    known = sum(word in function_words(language) for word in asked)
    return all(sum(word in function_words(other) for word in asked) < known + FOREIGN for other in languages)


FOREIGN = 3  # different words: of names two may be function words somewhere, as "de la Cruz"

ENGLISH = function_words("en") | frozenset(
    "every further one's sb somebody someone something sth themselves toward towards us".split()
)
"""Those of English with what dictionaries use for them."""

CHINESE = frozenset(
    """的 了 着 过 吗 呢 吧 啊 地 得 是 在 和 与 及 或 而 之 其 于 以 为 被 把 从 对 将 向 由 所 这 那 这些 那些 这个 那个 这种
    哪 哪个 哪些 哪里 哪位 哪种 什么 谁 怎么 怎样 如何 为什么 为何 何 何时 何地 多少 几 有 没有 不 没 也 都 就 还 又 很 最 更
    我 你 他 她 它 我们 你们 他们 她们 它们 自己 一 一个 一种 个 次 位 名 种 些 某 某些 中 上 下 里 等 可以 能 会 要 用 使用 使
    来 去 到 时 时候 当 后 前 之间 之后 之前 因为 所以 但 但是 如果 并 并且 以及 是否 给 让 做 作 说 称 叫 关于 项 只""".split()
)

# Of those scripts that stand without blanks: whole words, and single characters that are hardly ever part of other words.
_INSIDE = """的 了 吗 呢 吧 啊 是 在 和 与 及 或 之 其 于 被 谁 何 哪 几 这 那 不 没 也 都 我 你 他 她 它 所 为 以 着
    อะไร ที่ไหน ไหน เมื่อไหร่ เมื่อไร เมื่อใด ใคร กี่ อย่างไร ทำไม เท่าไหร่ เท่าไร เท่าใด ใด ใดบ้าง บ้าง หรือไม่ หรือ และ ของ ที่
    ใน เป็น มี การ ความ ว่า ได้ ให้ จาก โดย กับ แก่ แต่ นี้ นั้น ซึ่ง อยู่ คือ ไม่ จะ ถูก เพื่อ ตาม ด้วย ต่อ ถึง เมื่อ ก็ แล้ว อัน
    ผู้ ต้อง หลาย ทั้ง ระหว่าง หลัง ก่อน
    무엇 언제 어디 누구 누가 어떤 어느 얼마 어떻게 입니까 습니까 인가 는가 은가 에서 에게 으로 부터 까지 대한 대해
    위한 하는 있는"""
_INSIDE_JAPANESE = """は が を に の と で も へ や か よ ね ば だ から まで より など だけ しか です ます でした でし
    ました ましたか した する して します される された されて いる いた いて います ある あった あります ない なかった
    なる なった れる られる った って っていた っている ている ていた てい この その あの どの これ それ あれ どれ どこ
    だれ なぜ いつ いくつ いくら どう どのような どのように どんな という といった による によって について において
    における に対して として とは ため もの こと とき ところ また そして および ほど くらい ぐらい でしょう だろう だった
    である であった 何 谁 哪"""


@cache
def _inside(japanese: bool) -> dict[str, list[str]]:
    """Function words by their first character, longer ones first."""
    listed = _INSIDE_JAPANESE.split() if japanese else [*_INSIDE.split(), *(word for word in CHINESE if len(word) > 1)]
    words = {unicodedata.normalize("NFKC", word) for word in listed}
    found: dict[str, list[str]] = {}
    for word in sorted(words, key=lambda word: (-len(word), word)):
        found.setdefault(word[0], []).append(word)
    return found


def is_hiragana(character: str) -> bool:
    """Whether a character is Hiragana, in which Japanese writes its grammar, and few nouns."""
    return "\u3041" <= character <= "\u309f"


def light_inside(folded: str) -> set[int]:
    """The indices of those characters of a folded query that belong to function words of a script without blanks.

    >>> sorted(light_inside("诺曼拦截了多少球"))
    [4, 5, 6]
    """
    if folded.isascii():
        return set()
    words = _inside(any(map(is_hiragana, folded)))
    found: set[int] = set()
    at = 0
    while at < len(folded):  # a pattern of all these words would take a millisecond of a cold query to compile
        word = next((word for word in words.get(folded[at], ()) if folded.startswith(word, at)), "")
        found.update(range(at, at + len(word)))
        at += len(word) or 1
    return found
