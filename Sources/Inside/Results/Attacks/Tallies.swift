import Bytes

/// How often guesses were right, against the share that may be.
struct ShareTally {
  let bar: Double
  private let most: Int
  private(set) var hits = 0
  private(set) var cases = 0

  /// - Parameter most: cases after which no more are made.
  init(bar: Double, most: Int) {
    self.bar = bar
    self.most = most
  }

  mutating func add(_ isHit: Bool) {
    cases += 1
    if isHit { hits += 1 }
  }

  var share: Double { cases == 0 ? 0 : Double(hits) / Double(cases) }
  var passes: Bool { share <= bar }

  /// Whether more cases could change the verdict. A bar is never moved for few cases: they are made more.
  var isOpen: Bool {
    guard cases >= Tallies.enough, cases < most else { return cases < most }
    return abs(share - bar) < 3 * (bar * (1 - bar) / Double(cases)).squareRoot()
  }
}

/// How far estimates of counts were off: far enough where their root mean square is at least 1, and few are exact.
struct ErrorTally {
  let exactBar: Double
  private let most: Int
  private(set) var squares = 0.0
  private(set) var exact = 0
  private(set) var cases = 0

  init(exactBar: Double, most: Int) {
    self.exactBar = exactBar
    self.most = most
  }

  mutating func add(_ error: Double) {
    cases += 1
    squares += error * error
    if abs(error) < 0.5 { exact += 1 }
  }

  var rmse: Double { cases == 0 ? 0 : (squares / Double(cases)).squareRoot() }
  var exactShare: Double { cases == 0 ? 0 : Double(exact) / Double(cases) }
  var passes: Bool { rmse >= 1 && exactShare <= exactBar }

  /// Whether more cases could change the verdict.
  var isOpen: Bool {
    guard cases >= Tallies.enough, cases < most else { return cases < most }
    return abs(rmse - 1) < 3 * rmse / (2 * Double(cases)).squareRoot()
      || abs(exactShare - exactBar) < 3 * (exactBar * (1 - exactBar) / Double(cases)).squareRoot()
  }

  func line(_ attack: String, _ name: Text) -> AttackLine {
    AttackLine(
      attack, name, metric: .both("均方根误差，猜中率", "RMSE, exact hits"), rmse, also: exactShare,
      bar: Text("≥ 1, ≤ \(Rounded.text(exactBar))"), cases: cases, passes: passes)
  }
}

enum Tallies {
  /// Cases from which on a figure far from its bar is taken as it is.
  static let enough = 200
}
