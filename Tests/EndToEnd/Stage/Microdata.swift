import Support

/// A register of persons that nobody is: two rows each, made anew and alike in every run.
struct Microdata {
  static let header = "person_no,id_no,name,district,sex,age,year,cost\n"
  /// The district in which too few people live to be counted.
  static let smallDistrict = "9"

  struct Person {
    let number: String
    let residentID: String
    let name: String
  }

  let persons: [Person]
  let csv: String

  /// 2,400 persons; twelve of them in the small district.
  init(seed: UInt64 = 20_261_121, count: Int = 2400) {
    var random = SeededRandom(seed)
    var persons: [Person] = []
    var csv = Self.header
    for index in 0..<count {
      let age = Int.random(in: 0...94, using: &random)
      let district = index < 12 ? Self.smallDistrict : String(Int.random(in: 1...4, using: &random))
      let sex = Int.random(in: 1...2, using: &random)
      let day = Self.padded(Int.random(in: 1...28, using: &random), 2)
      let month = Self.padded(Int.random(in: 1...12, using: &random), 2)
      // 459907 is a division that was never assigned, of a province there is.
      let body = "459907\(2025 - age)\(month)\(day)\(Self.padded(index % 1000, 3))"
      let name =
        "Quy" + String((0..<7).map { _ in "abcdefghijklmnopqrstuvwxyz".randomElement(using: &random) ?? "x" })
      let person = Person(
        number: "PN" + Self.padded(Int.random(in: 0..<1_000_000, using: &random), 6) + Self.padded(index, 4),
        residentID: body + Self.checkDigit(body), name: name)
      persons.append(person)
      for year in 1...2 {
        let cost =
          "\(Int.random(in: 0...9000, using: &random)).\(Self.padded(Int.random(in: 0...99, using: &random), 2))"
        csv +=
          "\(person.number),\(person.residentID),\(person.name),\(district),\(sex),\(age),\(year),\(cost)\n"
      }
    }
    self.persons = persons
    self.csv = csv
  }

  /// GB 11643-1999, MOD 11-2.
  static func checkDigit(_ body: String) -> String {
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    let sum = zip(body, weights).reduce(0) { $0 + ($1.0.wholeNumberValue ?? 0) * $1.1 }
    return String(Array("10X98765432")[sum % 11])
  }

  static func padded(_ number: Int, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
