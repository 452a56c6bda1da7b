import Bytes
import Policies
import Trust

/// A digest of a declaration: tables, codes, measures and profile, but not how often it is drawn anew.
enum Declaration {
  static func digest(_ request: Sealer.Request, shape: Shape, measures: [MeasureShape]) -> String {
    var message = Message("doorsill/declaration/2", request.dataset, request.result)
    let profile = request.profile
    message.append(Sealer.fingerprint(profile))
    message.append(
      "\(profile.name) \(profile.maxIdentifying) \(profile.maxResponse) \(profile.budgetDivisor)")
    for dimension in shape.dimensions {
      message.append(dimension.name)
      message.append(dimension.role.rawValue)
      message.append(UInt64(dimension.codes.count))
      for code in dimension.codes {
        message.append(code.code)
        message.append(code.parent ?? "")
      }
    }
    for table in request.tables {
      message.append(UInt64(table.count))
      for place in table { message.append(shape.dimensions[place].name) }
    }
    for place in request.measures {
      let measure = measures[place]
      message.append(measure.name)
      message.append("\(measure.scale) \(measure.step) \(measure.lower) \(measure.upper) \(measure.complete)")
      message.append(measure.statistics.map(\.rawValue).sorted().joined(separator: ","))
      if !measure.bands.isEmpty { message.append(measure.bands.map(\.description).joined(separator: " ")) }
    }
    for derived in request.derived.map(\.rawValue).sorted() { message.append(derived) }
    return Hex.encode(Digest.sha256(message.bytes))
  }
}
