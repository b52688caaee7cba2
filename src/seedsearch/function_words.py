"""Words that ask or join and name nothing: they are not translated, and of a dictionary's sense they are not the point.

Closed classes of the two grammars (articles, pronouns, prepositions, conjunctions, auxiliaries, particles, question words).
"""

from __future__ import annotations

ENGLISH = frozenset(
    """a about after all also an and any are as at be because been before being between both but by can could did do does doing
    down during each every few for from further had has have having he her here hers him his how i if in into is it its itself
    just many may me might more most much must my no nor not of off on once one's only onto or other our out over own per shall
    she should so some sb somebody someone something sth such than that the their them themselves then there these they this
    those through to too toward towards under until up upon us very was we were what when where whether which while who whom
    whose why will with within without would you your""".split()
)

CHINESE = frozenset(
    """的 了 着 过 吗 呢 吧 啊 地 得 是 在 和 与 及 或 而 之 其 于 以 为 被 把 从 对 将 向 由 所 这 那 这些 那些 这个 那个 这种
    哪 哪个 哪些 哪里 哪位 哪种 什么 谁 怎么 怎样 如何 为什么 为何 何 何时 何地 多少 几 有 没有 不 没 也 都 就 还 又 很 最 更
    我 你 他 她 它 我们 你们 他们 她们 它们 自己 一 一个 一种 个 次 位 名 种 些 某 某些 中 上 下 里 等 可以 能 会 要 用 使用 使
    来 去 到 时 时候 当 后 前 之间 之后 之前 因为 所以 但 但是 如果 并 并且 以及 是否 给 让 做 作 说 称 叫 关于 项 只""".split()
)
