import Bytes
import Catalogs
package import Results

extension Attacking {
  /// S9 as far as descriptors go: a second cut of each field that a dimension cuts is declared, in both roles, and must be
  /// refused.
  package static func declaration(_ subject: Subject) -> [AttackLine] {
    var tried = 0, taken = 0
    for dimension in subject.dataset.dimensions {
      for role in Dimension.Role.allCases {
        var second = dimension
        second.name += "_again"
        second.role = role
        var dataset = subject.dataset
        dataset.dimensions.append(second)
        tried += 1
        if Microdata.takes(dataset) { taken += 1 }
      }
    }
    return [
      AttackLine(
        "S9", .both("第二种划分", "second cuts"), metric: .both("被接受的声明", "declarations taken"),
        tried == 0 ? nil : Double(taken), bar: "0", passes: taken == 0,
        detail: .both("\(tried) 个声明", "\(tried) declarations"))
    ]
  }
}
