/// Least squares with what an attacker knows of the noise: each equation has noise of variance 3, each label a further
/// one of variance 1.08 that stays from version to version, and each secret is 0 or 1.
struct LinearAttack {
  private var unknowns: [UInt64: Int32] = [:]
  private var labels: [String: Int] = [:]
  /// Unknowns of each equation, one after the other, and where each equation's begin.
  private var members: [Int32] = []
  private var starts: [Int] = [0]
  private var label: [Int] = []
  private var values: [Double] = []

  var count: Int { values.count }

  /// The unknown of a unit.
  mutating func place(of unit: UInt64) -> Int32 {
    if let place = unknowns[unit] { return place }
    let place = Int32(unknowns.count)
    unknowns[unit] = place
    return place
  }

  /// So many of these have the secret, as a cell of that label says.
  mutating func add(_ units: [Int32], _ value: Double, label name: String) {
    let place = labels[name] ?? labels.count
    labels[name] = place
    members += units
    starts.append(members.count)
    label.append(place)
    values.append(value)
  }

  /// The mean of all secrets as the equations tell it.
  private var prior: Double {
    guard !members.isEmpty else { return 0.5 }
    return min(max(values.reduce(0, +) / Double(members.count), 0.05), 0.95)
  }

  /// How far the most likely secret of each unit lies above what is expected of anybody, by conjugate gradients on
  /// the normal equations.
  func solve() -> [UInt64: Double] {
    let middle = prior
    let people = unknowns.count
    var residual = [Double](repeating: 0, count: people + labels.count)
    for row in values.indices {
      let part = (values[row] - middle * Double(starts[row + 1] - starts[row])) / 3
      for place in starts[row]..<starts[row + 1] { residual[Int(members[place])] += part }
      residual[people + label[row]] += part
    }
    var x = [Double](repeating: 0, count: residual.count)
    var direction = residual
    var image = x
    var square = residual.reduce(0) { $0 + $1 * $1 }
    let goal = square * 1e-10
    for _ in 0..<300 where square > goal {
      apply(direction, people: people, secret: 1 / (middle * (1 - middle)), into: &image)
      var curvature = 0.0
      for place in direction.indices { curvature += direction[place] * image[place] }
      guard curvature > 0 else { break }
      let step = square / curvature
      var next = 0.0
      for place in x.indices {
        x[place] += step * direction[place]
        residual[place] -= step * image[place]
        next += residual[place] * residual[place]
      }
      for place in x.indices { direction[place] = residual[place] + next / square * direction[place] }
      square = next
    }
    return unknowns.mapValues { x[Int($0)] }
  }

  /// The normal equations' matrix: prior precisions of secrets and label noise, and a third for each equation.
  private func apply(_ x: [Double], people: Int, secret: Double, into image: inout [Double]) {
    for place in 0..<people { image[place] = x[place] * secret }
    for place in people..<x.count { image[place] = x[place] / 1.08 }
    for row in values.indices {
      var sum = x[people + label[row]]
      for place in starts[row]..<starts[row + 1] { sum += x[Int(members[place])] }
      let part = sum / 3
      for place in starts[row]..<starts[row + 1] { image[Int(members[place])] += part }
      image[people + label[row]] += part
    }
  }
}
