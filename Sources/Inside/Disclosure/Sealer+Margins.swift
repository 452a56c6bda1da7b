extension Sealing {
  /// How sure the best estimate of each one-way margin is: the cell itself where it is written, and each written
  /// table that splits it, where all its parts are. Noise of different cells is independent, so estimates weigh by
  /// their variances, and a sum of m cells has m times the variance of one (generalised least squares). Where units
  /// lie in several parts, the parts do not add up and are left out.
  func margins(
    _ drafts: [DraftTable], of cube: TrueCube
  ) throws(DisclosureError) -> [CompilerReport.Margin] {
    let used = Set(request.tables.flatMap { $0 }).sorted()
    var margins = [try margin(nil, drafts, cube)]
    for dimension in used { margins.append(try margin(dimension, drafts, cube)) }
    return margins
  }

  private func margin(
    _ dimension: Int?, _ drafts: [DraftTable], _ cube: TrueCube
  ) throws(DisclosureError) -> CompilerReport.Margin {
    let count = dimension.map { shape.dimensions[$0].codes.count } ?? 1
    var whole: [Int32] = []
    if let cuboid = cube.cuboids[shape.behind(dimension.map { [$0] } ?? [])] {
      let stride = if let dimension { try cuboid.grid.stride(of: dimension) } else { 0 }
      whole = (0..<count).map { cuboid.units[$0 * stride] }
    }
    var weights = [Double](repeating: 0, count: count)
    for draft in drafts {
      let at = dimension.flatMap { draft.dimensions.firstIndex(of: $0) }
      guard dimension == nil || at != nil else { continue }
      // Codes without one above them split everybody; those below would count people twice.
      var parts = [Int](repeating: 0, count: count)
      var shown = parts
      var units = parts
      let split = cube.cuboids[draft.set]
      var codes = [Int32](repeating: 0, count: draft.dimensions.count)
      for cell in 0..<draft.count {
        draft.listed.codes(cell, into: &codes)
        let isPart = zip(draft.dimensions, codes).allSatisfy { other, code in
          other == dimension || shape.parents[other][Int(code)] < 0
        }
        guard isPart else { continue }
        let code = at.map { Int(codes[$0]) } ?? 0
        parts[code] += 1
        if draft.isShown(cell) { shown[code] += 1 }
        if let split { units[code] += Int(split.units[draft.listed.cell(codes)]) }
      }
      for code in 0..<count
      where parts[code] > 0 && parts[code] == shown[code] && whole.count == count
        && units[code] == Int(whole[code])
      {
        weights[code] += 1 / Double(parts[code])
      }
    }
    let errors = weights.filter { $0 > 0 }.map { layers.deviation / $0.squareRoot() }.sorted()
    return CompilerReport.Margin(
      dimension: dimension.map { shape.dimensions[$0].name }, cells: count, unknown: count - errors.count,
      error: errors.isEmpty ? nil : errors[errors.count / 2])
  }
}
