import Bytes
import Crossing
import Disclosure
import Releases
package import Results

/// The attacks of DISCLOSURE section (b) that go through the door of answers: on the grammar of questions, on what
/// refusals tell, and on time and size. They are run on the same code that the gateway answers with.
extension Attacking {
  /// B5a, B9 and B10 on what would be served.
  package static func answers(_ subject: Subject) throws -> [AttackLine] {
    let stored = try StoredResult(subject.released)
    return [smuggling(stored), try errors(stored)]
      + (try timing(subject.released, withheld: Attacks.withheld(subject.released, subject.target)))
  }

  /// What an attacker tries beside the grammar: merging lists, other operators, arithmetic, bands, tricks with
  /// nothing, order, limit and repeated parameters.
  static func smuggled(_ stored: StoredResult) -> [[(name: String, value: String)]] {
    let dimension = stored.dimensions.first?.name ?? "x"
    let code = stored.dimensions.first?.codes.first?.code ?? "x"
    let column = stored.columns.first?.name ?? "count"
    let values = [
      "neq.\(code)", "not.eq.\(code)", "not.in.(\(code))", "gt.\(code)", "gte.\(code)", "lt.\(code)",
      "like.\(code)*", "ilike.%25", "match.^\(code)", "is.null", "is.not.null", "or.(eq.\(code),eq.\(code))",
      "in.(\(code),\(code))", "in.(\(code)", "in.()", "in.{\(code)}", "cs.{\(code)}", "ov.[1,2]",
      "fts.\(code)",
      "eq.\(code) OR 1=1", "eq.\(code)'--", "eq.\(code)%00", "eq. \(code)", "EQ.\(code)", "eq.\(code)+0",
      "eq.~\(code)", "eq.[\"\(code)\"]", "eq.*", "eq.", "", code, "eq.POLYGON((0 0,1 1,0 1,0 0))",
      "eq.\(code)&\(dimension)=eq.\(code)",
    ]
    var tried = values.map { [(name: dimension, value: $0)] }
    tried.append([(dimension, "eq.\(code)"), (dimension, "eq.\(code)")])
    tried.append([(dimension.uppercased() + " ", "eq.\(code)")])
    for select in [
      "*", "", "\(column)+1", "\(column)*2", "sum(\(column))", "\(column).max()", "\(column).min()",
      "hash(\(column))",
      "\(column)::text", "\(column)&1", "\(column),\(column)", "avg(\(column))", "\(column).median()", "case",
    ] { tried.append([("select", select)]) }
    for (name, value) in [
      ("order", "\(column).desc"), ("limit", "1"), ("offset", "1"), ("after", "x"),
      ("having", "\(column).gt.1"),
      ("group", dimension), ("or", "(\(dimension).eq.\(code))"), ("and", "(\(dimension).eq.\(code))"),
      ("not", dimension), (column, "gt.0"), (column, "eq.10"), ("bands", "0,1,2"), ("seed", "1"),
      ("format", "sql"), ("dry_run", "yes"), ("", ""), ("select", "\(column)\u{0}"),
    ] { tried.append([(name, value)]) }
    tried.append([("select", column), ("select", column)])
    tried.append([("format", "json"), ("format", "csv")])
    return tried
  }

  /// B5a: whatever is not in the grammar has one identical refusal, and nothing gets through.
  static func smuggling(_ stored: StoredResult) -> AttackLine {
    let tried = smuggled(stored)
    var through = 0
    for items in tried {
      do {
        _ = try ResultQuery.parse(items, of: stored)
        through += 1
      } catch {
        if error != QueryError.result { through += 1 }
      }
    }
    return AttackLine(
      "B5a", .both("语法夹带", "grammar smuggling"),
      metric: .both("通过的请求", "questions through"),
      Double(through), bar: "0", passes: through == 0,
      detail: .both("\(tried.count) 个请求", "\(tried.count) questions"))
  }

  /// B10: a refusal is a function of the question and of what is declared. The same questions are asked of a copy
  /// in which every value is withheld: any other outcome would tell of the data.
  static func errors(_ stored: StoredResult) throws -> AttackLine {
    let blank = try stored.blank
    var questions = smuggled(stored)
    // Every pair of dimensions, published or not, and every single code.
    for (place, dimension) in stored.dimensions.enumerated() {
      for code in dimension.codes {
        questions.append([(dimension.name, "eq.\(code.code)"), ("select", "count")])
      }
      for other in stored.dimensions.dropFirst(place + 1) {
        questions.append([("select", "\(dimension.name),\(other.name),count")])
      }
    }
    var differing = 0
    for items in questions where Self.outcome(items, stored) != Self.outcome(items, blank) { differing += 1 }
    return AttackLine(
      "B10", .both("错误信息", "error oracle"), metric: .both("随数据而变的拒绝", "refusals that tell"),
      Double(differing), bar: "0", passes: differing == 0,
      detail: .both("\(questions.count) 个请求", "\(questions.count) questions"))
  }

  private static func outcome(_ items: [(name: String, value: String)], _ stored: StoredResult) -> QueryError?
  {
    do {
      _ = try ResultQuery.parse(items, of: stored)
      return nil
    } catch {
      return error
    }
  }

  /// B9: one cell asked at a time. Withheld ones look the same whatever the reason, and take the same time.
  static func timing(
    _ released: Released, withheld: [WithheldCell], samples: Int = 2000
  ) throws -> [AttackLine] {
    let stored = try StoredResult(released)
    // By table: whether anybody is in the cell, and the question for it.
    var questions: [[String]: [(isEmpty: Bool, query: ResultQuery)]] = [:]
    var shapes: Set<[UInt8]> = []
    for cell in withheld.prefix(5000) {
      let items =
        [(name: "select", value: "count")]
        + zip(cell.dimensions, cell.codes).map { (name: $0, value: "eq.\($1)") }
      guard let query = try? ResultQuery.parse(items, of: stored) else { continue }
      questions[cell.dimensions, default: []].append((cell.reason == .empty, query))
      // The body without the codes that the question named itself.
      var body = String(decoding: stored.answer(query, release: 1).body(language: "en"), as: UTF8.self)
      for (dimension, code) in zip(cell.dimensions, cell.codes) {
        body = body.replacing("\"\(dimension)\":\"\(code)\"", with: "")
      }
      shapes.insert(Array(body.filter { $0 != "," }.utf8))
    }
    let size = AttackLine(
      "B9", .both("长度", "size of answers"), metric: .both("未公布者的不同正文", "bodies if withheld"),
      withheld.isEmpty ? nil : Double(shapes.count), bar: "≤ 1", passes: shapes.count <= 1,
      detail: .both("\(withheld.count) 个未公布单元格", "\(withheld.count) withheld cells"))
    let name = Text.both("时间", "time of answers")
    // As many questions of each kind from each table: tables differ in what an answer takes, and so do questions that
    // are asked more often.
    var generator = AttackGenerator(9)
    var kinds: [[ResultQuery]] = [[], []]
    for (_, table) in questions.sorted(by: { $0.key.lexicographicallyPrecedes($1.key) }) {
      let parts = [true, false].map { isEmpty in
        table.filter { $0.isEmpty == isEmpty }.map(\.query).shuffled(using: &generator)
      }
      let each = min(parts[0].count, parts[1].count)
      for (place, part) in parts.enumerated() { kinds[place] += part.prefix(each) }
    }
    guard !kinds[0].isEmpty else {
      return [
        size,
        AttackLine(
          "B9", name, metric: "AUC", nil, bar: "≤ 0.55", passes: true,
          detail: .both("没有哪个表的未公布原因不止一种", "no table has cells withheld for two kinds of reason")),
      ]
    }
    // Each is also timed on a copy with nothing in it, so that what the question itself costs falls out; several copies,
    // since each has its own place in memory; and all in an order that chance decides.
    let copies = try (0..<8).map { _ in try StoredResult(released) }
    let blanks = try copies.map { try $0.blank }
    let clock = ContinuousClock()
    func time(_ query: ResultQuery, _ results: [StoredResult]) -> Double {
      let result = results[Int.random(in: 0..<results.count, using: &generator)]
      return Double(
        clock.measure { _ = result.answer(query, release: 1).body(language: "en") }.components.attoseconds)
    }
    var scores: [(score: Double, isTrue: Bool)] = []
    for sample in 0..<2 * samples {
      let query = kinds[sample % 2][Int.random(in: 0..<kinds[0].count, using: &generator)]
      let isFirst = Bool.random(using: &generator)
      let before = isFirst ? 0 : time(query, blanks)
      let took = time(query, copies)
      scores.append((took / max(1, isFirst ? time(query, blanks) : before), sample % 2 == 1))
    }
    // Whichever of the two is slower.
    let auc = Attacks.auc(scores)
    let apart = max(auc, 1 - auc)
    return [
      size,
      AttackLine(
        "B9", name, metric: "AUC", apart, bar: "≤ 0.55", passes: apart <= 0.55,
        detail: .both("每类 \(samples) 次", "\(samples) samples each")),
    ]
  }
}
