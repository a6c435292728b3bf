"""The kinds of bundled questions: each makes data, a question about it, and the answer computed from the data."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from skillevo.envs.draw import Draw
from skillevo.envs.gaia.pocket import formats as make
from skillevo.envs.gaia.pocket.words import Words


@dataclass(frozen=True, slots=True)
class Draft:
    """A question before it has a number.

    Attributes:
        suffix: of its file; "" without one.
        steps: uses of tools that a solution needs, the answer not counted.
        tools: what a person would solve it with.
    """

    question: str
    answer: str
    steps: int
    tools: str
    suffix: str = ""
    data: bytes = b""


Maker = Callable[[Draw, Words], Draft]


def _money(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


# ---- level 1: one tool ------------------------------------------------------------------------------------------


def crates(draw: Draw, words: Words) -> Draft:
    boxes, each, back = 20 + draw.below(70), 12 + draw.below(60), 5 + draw.below(90)
    firm, good = draw.pick(words.firms), draw.pick(words.goods)
    question = (
        f"{firm} ships {boxes} crates with {each} {good}s each. {back} {good}s come back, and of the rest every crate "
        f"of {each} is sold for {each * 3} coins, single {good}s for 4 coins each. How many coins does {firm} take in?"
    )
    kept = boxes * each - back
    return Draft(question, str(kept // each * each * 3 + kept % each * 4), 1, "calculator")


def ledger_total(draw: Draw, words: Words) -> Draft:
    heads = draw.shuffled(("quantity", "returned", "damaged"))
    rows: list[list[make.Cell]] = [
        [good, draw.pick(words.towns), *(10 + draw.below(90) for _ in heads)]
        for good in draw.shuffled(words.goods)[: 6 + draw.below(5)]
    ]
    column = draw.below(3)
    question = (
        f"The attached file lists deliveries of {draw.pick(words.firms)}. What is the sum of the column "
        f"'{heads[column]}'?"
    )
    answer = sum(int(row[2 + column]) for row in rows)
    return Draft(question, str(answer), 1, "spreadsheet", ".csv", make.csv_file([["item", "town", *heads], *rows]))


def memo_room(draw: Draw, words: Words) -> Draft:
    people = words.people(draw, 8)
    rooms = draw.shuffled(range(101, 180))[:8]
    wanted = draw.below(8)
    lines = [f"Visitors' list of {draw.pick(words.firms)}", ""]
    for person, room in zip(people, rooms, strict=True):
        lines.append(f"{person} is expected at {8 + draw.below(9)}:{draw.pick(('00', '15', '30'))} in room {room}.")
    lines += ["", f"{people[(wanted + 1) % 8]} may also use room {rooms[wanted] + 100} after lunch."]
    question = f"According to the attached note, in which room is {people[wanted]} expected? Give the number only."
    return Draft(question, str(rooms[wanted]), 1, "text reader", ".txt", "\n".join(lines).encode())


def stock_price(draw: Draw, words: Words) -> Draft:
    goods = draw.shuffled(words.goods)[:7]
    towns = draw.shuffled(words.towns)[:3]
    prices = {town: {good: 150 + draw.below(9_000) for good in goods} for town in towns}
    stock = {"firm": draw.pick(words.firms), "shops": [
        {"town": town, "articles": [{"name": g, "price_cents": p, "stock": draw.below(40)} for g, p in of.items()]}
        for town, of in prices.items()
    ]}  # fmt: skip
    town, good = draw.pick(towns), draw.pick(goods)
    question = f"In the attached stock list, what does one {good} cost in the shop in {town}, in cents?"
    data = json.dumps(stock, indent=1, ensure_ascii=False).encode()
    return Draft(question, str(prices[town][good]), 1, "JSON reader", ".json", data)


def open_orders(draw: Draw, words: Words) -> Draft:
    states = ("open", "paid", "cancelled")
    orders = [(draw.pick(states), draw.pick(words.goods)) for _ in range(14 + draw.below(12))]
    wanted = draw.pick(states)
    lines = [f'  <order number="{n}" status="{state}"><item>{good}</item></order>' for n, (state, good) in
             enumerate(orders, 100)]  # fmt: skip
    firm = draw.pick(words.firms)
    data = "\n".join((f'<orders firm="{firm}">', *lines, "</orders>\n")).encode()
    question = f"How many orders in the attached file of {firm} have the status '{wanted}'?"
    return Draft(question, str(sum(state == wanted for state, _ in orders)), 1, "XML reader", ".xml", data)


def program_output(draw: Draw, words: Words) -> Draft:
    start, factor, add, modulus, turns = (
        2 + draw.below(50), 3 + draw.below(20), 1 + draw.below(30), 97 + draw.below(300), 8 + draw.below(10),
    )  # fmt: skip
    good = draw.pick(words.goods)
    code = (
        f"# Number of {good}s after each week\n{good} = {start}\nfor week in range({turns}):\n"
        f"    {good} = ({good} * {factor} + {add}) % {modulus}\nprint({good})\n"
    )
    answer = reduce(lambda value, _: (value * factor + add) % modulus, range(turns), start)
    question = f"What does the attached program about {good}s print when it is run with Python?"
    return Draft(question, str(answer), 1, "Python", ".py", code.encode())


def minutes_task(draw: Draw, words: Words) -> Draft:
    people, towns = words.people(draw, 6), draw.shuffled(words.towns)[:6]
    wanted = draw.below(6)
    says = [f"{person} will visit the branch in {town} and report back." for person, town in zip(people, towns,
            strict=True)]  # fmt: skip
    body = [f"Present: {', '.join(draw.shuffled(people))}.", *says, "The next meeting has no date yet."]
    data = make.docx_file(f"Minutes of {draw.pick(words.firms)}", body)
    question = (
        f"According to the attached minutes, who will visit the branch in {towns[wanted]}? Give first and last name."
    )
    return Draft(question, people[wanted], 1, "word processor", ".docx", data)


# ---- level 2: several steps -------------------------------------------------------------------------------------


def region_sales(draw: Draw, words: Words) -> Draft:
    towns = draw.shuffled(words.towns)[:3]
    rows: list[list[make.Cell]] = [
        [n, draw.pick(towns), draw.pick(words.goods), 500 + draw.below(90_000)] for n in range(1, 25)
    ]
    wanted = str(rows[draw.below(len(rows))][1])
    sheets: dict[str, make.Rows] = {
        "Notes": [["note"], ["Amounts are in cents."], ["Cancelled sales are not listed."]],
        "Sales": [["number", "town", "item", "amount"], *rows],
    }
    question = (
        f"In the attached workbook of {draw.pick(words.firms)}, what do the sales in {wanted} come to, in coins of 100 "
        "cents? Give two decimals."
    )
    total = sum(int(row[3]) for row in rows if row[1] == wanted)
    return Draft(question, _money(total), 2, "spreadsheet, calculator", ".xlsx", make.xlsx_file(sheets))


def slide_growth(draw: Draw, words: Words) -> Draft:
    towns = draw.shuffled(words.towns)[:6]
    figures = {town: (200 + draw.below(700), 200 + draw.below(700)) for town in towns}
    slides: list[tuple[str, Sequence[str]]] = [
        (f"Review of {draw.pick(words.firms)}", ("All figures are visitors a week.",))
    ]
    slides += [(town, (f"Last year: {old} visitors", f"This year: {new} visitors")) for town, (old, new) in
               figures.items()]  # fmt: skip
    best = max(towns, key=lambda t: (figures[t][1] - figures[t][0], t))
    gains = sorted(new - old for old, new in figures.values())
    if gains[-1] == gains[-2]:
        return slide_growth(draw, words)
    question = (
        "In the attached presentation, which town gained most visitors from last year to this year, and how many? "
        "Give the town and the number, separated by a comma."
    )
    answer = f"{best}, {figures[best][1] - figures[best][0]}"
    return Draft(question, answer, 2, "presentation viewer, calculator", ".pptx", make.pptx_file(slides))


def invoice_total(draw: Draw, words: Words) -> Draft:
    lines = [(good, 1 + draw.below(30), 100 * (1 + draw.below(80))) for good in draw.shuffled(words.goods)[:9]]
    percent = draw.pick((5, 10, 20, 25))
    firm, good = draw.pick(words.firms), draw.pick(lines)[0]
    net = sum(n * price for name, n, price in lines if name != good)
    pages = [
        [
            f"Invoice of {firm}",
            "",
            "item, pieces, price of one piece",
            *(f"{g}, {n}, {_money(p)}" for g, n, p in lines),
        ],
        ["Terms", "", f"A rebate of {percent} percent is given on everything.", "There is no charge for freight."],
    ]
    question = (
        f"The attached invoice is paid in full, but the {good}s are sent back and not charged. What has to be paid "
        "after the rebate? Give two decimals."
    )
    answer = _money(net * (100 - percent) // 100)
    return Draft(question, answer, 2, "PDF viewer, calculator", ".pdf", make.pdf_file(pages))


_COLOURS = {"red": (220, 20, 30), "green": (20, 150, 60), "blue": (30, 60, 210), "black": (0, 0, 0)}


def tile_count(draw: Draw, words: Words) -> Draft:
    columns, rows = 6 + draw.below(4), 5 + draw.below(4)
    names = list(_COLOURS)
    floor = [[draw.pick(names) for _ in range(columns)] for _ in range(rows)]
    first, second = draw.shuffled(names)[:2]
    counts = {name: sum(row.count(name) for row in floor) for name in names}
    question = (
        f"The attached picture is the floor of {draw.pick(words.firms)}'s hall in {draw.pick(words.towns)}, laid in "
        f"red, green, blue and black tiles. How many tiles are {first} or {second}?"
    )
    data = make.png_file([[_COLOURS[name] for name in row] for row in floor])
    return Draft(question, str(counts[first] + counts[second]), 2, "image viewer or Python", ".png", data)


def best_three(draw: Draw, words: Words) -> Draft:
    people = words.people(draw, 10)
    points = draw.shuffled(range(20, 100))[:10]
    extra = [draw.below(3) * 10 for _ in people]
    totals = {person: p + e for person, p, e in zip(people, points, extra, strict=True)}
    if len(set(totals.values())) < len(totals):
        return best_three(draw, words)
    rows: list[list[make.Cell]] = [[person, p, e] for person, p, e in zip(people, points, extra, strict=True)]
    best = sorted(people, key=lambda person: -totals[person])[:3]
    question = (
        f"The attached table has the results of {draw.pick(words.firms)}'s contest. Whose sums of points and bonus are "
        "the three highest? Give the surnames, highest first, separated by commas."
    )
    answer = ", ".join(person.rpartition(" ")[2] for person in best)
    data = make.csv_file([["name", "points", "bonus"], *rows])
    return Draft(question, answer, 2, "spreadsheet", ".csv", data)


def days_between(draw: Draw, words: Words) -> Draft:
    start = datetime.date(2015 + draw.below(8), 1, 1)
    days = sorted(draw.shuffled(range(1, 900))[:7])
    names = [f"{kind} in {town}" for kind, town in zip(
        ("opening", "fair", "audit", "flood", "strike", "festival", "closing"), draw.shuffled(words.towns), strict=False
    )]  # fmt: skip
    dates = {name: start + datetime.timedelta(days=day) for name, day in zip(names, days, strict=True)}
    first, second = sorted(draw.shuffled(range(7))[:2])
    listed = [{"event": name, "date": date.isoformat()} for name, date in draw.shuffled(dates.items())]
    data = json.dumps({"firm": draw.pick(words.firms), "history": listed}, indent=1).encode()
    question = (
        f"According to the attached history, how many days passed from the {names[first]} to the {names[second]}? "
        "Count the second day, but not the first."
    )
    return Draft(question, str(days[second] - days[first]), 2, "JSON reader, calendar", ".json", data)


# ---- level 3: many steps, files that refer to each other -------------------------------------------------------------


def order_value(draw: Draw, words: Words) -> Draft:
    goods = draw.shuffled(words.goods)[:6]
    people = words.people(draw, 4)
    prices = {good: 100 * (1 + draw.below(60)) for good in goods}
    orders: list[list[make.Cell]] = [[n, draw.pick(people), draw.pick(goods), 1 + draw.below(12)] for n in range(1, 21)]
    wanted, dear, percent = str(orders[draw.below(20)][1]), draw.pick(goods), draw.pick((10, 20, 50))
    notes = f"From this month on, every {dear} is sold at {percent} percent off the list price. Other prices stay."
    total = 0
    for _, person, good, n in orders:
        if person == wanted:
            price = prices[str(good)]
            total += int(n) * (price * (100 - percent) // 100 if good == dear else price)
    members = {
        "orders.csv": make.csv_file([["number", "customer", "item", "pieces"], *orders]),
        "prices.json": json.dumps({"unit": "cents", "prices": prices}, indent=1).encode(),
        "notes.txt": notes.encode(),
    }
    question = (
        f"The attached archive has this month's orders of {draw.pick(words.firms)}, its price list in cents, and a "
        f"note. What do the orders of {wanted} come to, in coins of 100 cents? Give two decimals."
    )
    return Draft(question, _money(total), 4, "archive, spreadsheet, calculator", ".zip", make.zip_file(members))


def paper_chase(draw: Draw, words: Words) -> Draft:
    towns, people = draw.shuffled(words.towns)[:5], words.people(draw, 5)
    codes = draw.shuffled(range(1_000, 9_999))[:5]
    town = draw.below(5)
    keeper = draw.below(5)
    keepers = {t: people[(k + keeper) % 5] for k, t in enumerate(towns)}
    badges = dict(zip(people, draw.shuffled(range(10, 99))[:5], strict=True))
    vault = "\n".join(f'  <box badge="{badges[p]}"><code>{code}</code></box>' for p, code in zip(people, codes,
                      strict=True))  # fmt: skip
    code = codes[people.index(keepers[towns[town]])]
    kept: list[list[make.Cell]] = [["town", "keeper"]]
    kept += [[t, keepers[t]] for t in draw.shuffled(towns)]
    worn: list[list[make.Cell]] = [["keeper", "badge"]]
    worn += [[p, badges[p]] for p in draw.shuffled(people)]
    members = {
        "start.txt": f"The seal lies in {towns[town]}. Who keeps it there is in keepers.csv.".encode(),
        "keepers.csv": make.csv_file(kept),
        "staff.docx": make.docx_file("Badges", [worn]),
        "vault.xml": f"<vault>\n{vault}\n</vault>\n".encode(),
    }
    question = (
        f"In the attached archive of {draw.pick(words.firms)}, start.txt says where the seal lies. The box of its "
        "keeper in the vault, which is marked with the keeper's badge, has a code. Which one?"
    )
    return Draft(
        question, str(code), 4, "archive, spreadsheet, word processor, XML reader", ".zip", make.zip_file(members)
    )


def wages(draw: Draw, words: Words) -> Draft:
    people = words.people(draw, 9)
    departments = ("Workshop", "Office", "Stores")
    place = {person: departments[k % 3] for k, person in enumerate(draw.shuffled(people))}
    grade = {person: 1 + draw.below(3) for person in people}
    rate = {g: 1_000 + 250 * g + 50 * draw.below(5) for g in (1, 2, 3)}
    hours: list[list[make.Cell]] = [[draw.pick(people), 2 + draw.below(8)] for _ in range(30)]
    wanted = draw.pick(departments)
    staff: list[list[make.Cell]] = [[p, place[p], grade[p]] for p in people]
    rates: list[list[make.Cell]] = [[g, r] for g, r in rate.items()]
    sheets: dict[str, make.Rows] = {
        "Staff": [["name", "department", "grade"], *staff],
        "Hours": [["name", "hours"], *hours],
        "Rates": [["grade", "cents an hour"], *rates],
    }
    total = sum(int(h) * rate[grade[str(p)]] for p, h in hours if place[str(p)] == wanted)
    question = (
        f"The attached workbook of {draw.pick(words.firms)} has staff, hours and rates. What do the hours of the "
        f"department '{wanted}' cost, in coins of 100 cents? Give two decimals."
    )
    return Draft(question, _money(total), 3, "spreadsheet, Python or calculator", ".xlsx", make.xlsx_file(sheets))


def winner(draw: Draw, words: Words) -> Draft:
    towns, people = draw.shuffled(words.towns)[:3], words.people(draw, 6)
    home = {person: towns[k % 3] for k, person in enumerate(people)}
    sales: list[list[make.Cell]] = [[n, draw.pick(people), 1_000 + draw.below(50_000)] for n in range(1, 41)]
    wanted, least = draw.pick(towns), 10_000
    sums = {p: sum(int(s) for _, who, s in sales if who == p and int(s) >= least) for p in people if home[p] == wanted}
    best = max(sums, key=lambda p: sums[p])
    if len(set(sums.values())) < len(sums):
        return winner(draw, words)
    rule = [
        f"The prize of the year goes to the branch in {wanted}.",
        "There it is given to whoever sold most, where only single sales of at least 100.00 coins count.",
        [["salesperson", "branch"], *([p, home[p]] for p in draw.shuffled(people))],
    ]
    members = {
        "prize.docx": make.docx_file(f"Prize of {draw.pick(words.firms)}", rule),
        "sales.xlsx": make.xlsx_file({"Sales": [["number", "salesperson", "cents"], *sales]}),
    }
    question = (
        "According to the rules in the attached archive, who gets the prize, and what do the sales that count for it "
        "come to, in cents? Give the surname and the number, separated by a comma."
    )
    answer = f"{best.rpartition(' ')[2]}, {sums[best]}"
    return Draft(question, answer, 4, "archive, word processor, spreadsheet", ".zip", make.zip_file(members))


def year_balance(draw: Draw, words: Words) -> Draft:
    months = ("january", "february", "march", "april", "may", "june")
    accounts = draw.shuffled(words.towns)[:4]
    books: dict[str, list[list[make.Cell]]] = {
        m: [[draw.pick(accounts), 100 + draw.below(5_000)] for _ in range(8)] for m in months
    }
    wanted = draw.pick(accounts)
    refunds: list[dict[str, str | int]] = [
        {"month": draw.pick(months), "account": draw.pick(accounts), "amount": 50 + draw.below(300)} for _ in range(9)
    ]
    income = sum(int(a) for rows in books.values() for name, a in rows if name == wanted)
    back = sum(int(r["amount"]) for r in refunds if r["account"] == wanted)
    members = {f"books/{m}.csv": make.csv_file([["account", "amount"], *rows]) for m, rows in books.items()}
    members["refunds.json"] = json.dumps(refunds, indent=1).encode()
    question = (
        f"The attached archive has six months of {draw.pick(words.firms)}'s books, and the refunds of all six. What is "
        f"left in the account '{wanted}' after refunds?"
    )
    return Draft(question, str(income - back), 7, "archive, spreadsheet, Python", ".zip", make.zip_file(members))


KINDS: Mapping[int, Sequence[Maker]] = {
    1: (crates, ledger_total, memo_room, stock_price, open_orders, program_output, minutes_task),
    2: (region_sales, slide_growth, invoice_total, tile_count, best_three, days_between),
    3: (order_value, paper_chase, wages, winner, year_balance),
}
