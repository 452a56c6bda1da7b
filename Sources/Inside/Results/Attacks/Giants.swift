import Bytes
import Disclosure
import Policies

/// Giants planted in a copy: units whose value outweighs all others of a cell, some of them so that the cell's sum may just be
/// shown, some so that it is withheld while those around it are out.
struct Giants {
  /// The copy with giants in it.
  let target: Target
  /// For each measure the planted units, by record key, with their values.
  let planted: [[UInt64: Int64]]

  /// - Parameter withheld: whether some are so large that their own cell is withheld.
  init(in copy: Target, withheld: Bool, seed: UInt64) throws(ResultError) {
    var generator = AttackGenerator(seed &+ 40)
    let data = copy.data
    let cube = try copy.cube(keeping: [.squares, .giants])
    var planted = data.measures.map { _ in [UInt64: Int64]() }
    let p = Int128(max(1, copy.profile.pPercent))
    for set in Set(copy.sets).sorted(by: { $0.bits < $1.bits }) {
      guard let cuboid = cube.cuboids[set] else { continue }
      var units = [[Int32]](repeating: [], count: cuboid.grid.count)
      let finder = CellFinder(cuboid.grid, of: data.shape)
      var own: [Int] = []
      for unit in 0..<data.unitCount {
        finder.cells(of: Int(data.starts[unit]), data.codes, into: &own)
        for cell in own { units[cell].append(Int32(unit)) }
      }
      for measure in copy.summed {
        for (cell, totals) in cuboid.totals[measure].enumerated() {
          guard Int.random(in: 0..<2, using: &generator) == 0,
            let unit = units[cell].randomElement(using: &generator), totals.cases > 1
          else { continue }
          let rest = totals.absolute - Int128(totals.first)
          let isWithheld = withheld && Bool.random(using: &generator)
          let dominating = 2 * Int128(Double(totals.squares).squareRoot())
          let value =
            isWithheld ? max(130 * rest / p, dominating) : min(dominating, 80 * rest / p)
          guard value > 0, value < 1 << 46 else { continue }
          let key = data.keys[Int(data.starts[Int(unit)])]
          if planted[measure][key] == nil { planted[measure][key] = Int64(value) }
        }
      }
    }
    self.planted = planted
    target = copy.over(data.setting(planted))
  }
}

extension Microdata {
  /// The same rows in which some units have other values: in each row, or where the rows of a unit add up in the first.
  func setting(_ planted: [[UInt64: Int64]]) -> Microdata {
    var columns = values
    for (measure, units) in planted.enumerated() where !units.isEmpty {
      for unit in 0..<unitCount {
        guard let value = units[keys[Int(starts[unit])]] else { continue }
        for row in Int(starts[unit])..<Int(starts[unit + 1]) {
          columns[measure][row] = perUnit[measure] == .sum && row > Int(starts[unit]) ? 0 : value
        }
      }
    }
    return Microdata(
      shape: shape, measures: measures, perUnit: perUnit, keys: keys, codes: codes, values: columns)
  }
}

extension Attacks {
  // MARK: S4 giants

  /// Giants, real and planted. By residual: a withheld sum with a giant as the sum above it less those beside it. By the best
  /// linear estimate: from every sum in which a giant is the largest, by one who knows everybody else's value, who is in
  /// each cell and how large its noise is.
  static func giants(
    _ copy: Target, _ system: AttackedSystem, _ effort: Effort
  ) throws(ResultError) -> [AttackLine] {
    let metric = Text.both("误差小于 p % 者", "within p %")
    let none = ShareTally(bar: 0.20, most: effort.cases)
    var estimated = none, scaled = none, residual = none
    var inResponses = 0, inLevels = 0
    if !copy.summed.isEmpty {
      let p = copy.profile.pPercent
      let multiplier: Double =
        if case .doorsill = system {
          KnownNoise(copy.profile, keys: copy.keys, family: "", measures: []).bestMultiplier(within: p)
        } else { 1 }
      // Other giants from time to time: what holds for some of them need not hold for all.
      var isOpen = true
      for planting in 0..<max(12, system.copies) where isOpen {
        let giants = try Giants(in: copy, withheld: true, seed: effort.seed &+ UInt64(planting))
        let redrawing = try Redrawing(giants.target, system, limit: effort.cases)
        let draws = max(1, redrawing.most / 4)
        for number in planting * draws..<(planting + 1) * draws where isOpen {
          let draw = try redrawing.draw(number)
          for estimate in estimates(draw, redrawing) {
            estimated.add(isWithin(p, estimate, of: 1))
            scaled.add(isWithin(p, estimate * multiplier, of: 1))
          }
          for left in residuals(draw, redrawing) {
            residual.add(isWithin(p, left.ratio * multiplier, of: 1))
            if left.isResponse { inResponses += 1 }
            if left.isLevel { inLevels += 1 }
          }
          isOpen =
            [estimated, scaled, residual].contains { $0.isOpen && $0.cases > 0 }
            || estimated.cases < AttackLine.leastCases || planting < 3 && residual.cases == 0
        }
      }
    }
    let best = scaled.share > estimated.share ? scaled : estimated
    return [
      AttackLine(
        "S4", .both("大户，按余额", "giants by residual"), metric: metric, residual.share, bar: "≤ 0.2",
        cases: residual.cases, passes: residual.passes,
        detail: .both(
          "其中响应维度 \(inResponses)，上级代码 \(inLevels)",
          "\(inResponses) along a response, \(inLevels) under a higher code")),
      AttackLine(
        "S4", .both("大户，最佳线性估计", "giants by best estimate"), metric: metric, best.share, bar: "≤ 0.2",
        cases: best.cases, passes: best.passes,
        detail: .both("其他所有人的值均已知", "everybody else's value is known")),
    ]
  }

  /// For each giant what an attacker takes its value for, as a multiple of it.
  private static func estimates(_ draw: Redraw, _ redrawing: Redrawing) -> [Double] {
    let noise = SystemNoise(redrawing.system, draw.target)
    var sums: [[UInt64: (value: Double, weight: Double)]] = draw.target.data.measures.map { _ in [:] }
    forEachSum(draw.published, draw.cube, draw.target) { sum in
      let totals = sum.totals
      guard redrawing.prominent[sum.measure].contains(totals.giant), totals.first > 0,
        !totals.isCount(of: draw.target.data.measures[sum.measure])
      else { return }
      let size = Double(totals.first)
      let value = 1 + (totals.sum < 0 ? -sum.error : sum.error) / size
      let variance = noise.variance(totals, sum.measure, without: size) / (size * size)
      let weight = 1 / max(variance, 1e-9)
      let held = sums[sum.measure][totals.giant] ?? (0, 0)
      sums[sum.measure][totals.giant] = (held.value + value * weight, held.weight + weight)
    }
    return sums.flatMap { $0.sorted { $0.key < $1.key }.map { $0.value.value / $0.value.weight } }
  }

  /// One withheld sum with a giant, as it is left over.
  private struct Residual {
    /// What is left for the giant, as a multiple of it.
    let ratio: Double
    let isResponse: Bool
    let isLevel: Bool
  }

  private static func residuals(_ draw: Redraw, _ redrawing: Redrawing) -> [Residual] {
    let shape = draw.target.data.shape
    var found: [Residual] = []
    for (set, sums) in draw.published.sums.sorted(by: { $0.key.bits < $1.key.bits }) {
      guard let cuboid = draw.cube.cuboids[set] else { continue }
      let grid = cuboid.grid
      for measure in draw.target.summed where sums.indices.contains(measure) && !sums[measure].isEmpty {
        let totals = cuboid.totals[measure]
        for cell in 0..<grid.count where sums[measure][cell] == nil {
          let own = totals[cell]
          guard redrawing.prominent[measure].contains(own.giant), own.first > 0,
            2 * Int128(own.first) * Int128(own.first) > own.squares
          else { continue }
          for (place, dimension) in grid.dimensions.enumerated() {
            let code = cell / grid.strides[place] % grid.sizes[place]
            let above = Int(shape.parents[dimension][code])
            // What the sum above is off by.
            var error: Double
            if above >= 0 {
              let parent = cell + (above - code) * grid.strides[place]
              guard let sum = sums[measure][parent] else { continue }
              error = Double(sum - totals[parent].sum)
            } else {
              let margin = DimensionSet(bits: set.bits & ~DimensionSet([dimension]).bits)
              guard let wide = draw.published.sums[margin]?[measure], !wide.isEmpty,
                let whole = draw.cube.cuboids[margin]
              else { continue }
              let parent = ListedPlaces(grid, within: whole.grid)(cell)
              guard let sum = wide[parent] else { continue }
              error = Double(sum - whole.totals[measure][parent].sum)
            }
            var isWhole = true
            for other in 0..<grid.sizes[place]
            where other != code && Int(shape.parents[dimension][other]) == above {
              let sibling = cell + (other - code) * grid.strides[place]
              if let sum = sums[measure][sibling] {
                error -= Double(sum - totals[sibling].sum)
              } else if totals[sibling].units > 0 {
                isWhole = false
              }
            }
            guard isWhole else { continue }
            found.append(
              Residual(
                ratio: 1 + (own.sum < 0 ? -error : error) / Double(own.first),
                isResponse: !shape.isIdentifying(dimension), isLevel: above >= 0))
          }
        }
      }
    }
    return found
  }
}
