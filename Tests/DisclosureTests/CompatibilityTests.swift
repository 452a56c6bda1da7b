import Testing

@testable import Disclosure

/// The published systems that this room is checked against, with their own look-ups. They exist in tests only.
@Suite struct `Published cell-key systems` {
  @Test func `ONS's example is perturbed as published`() throws {
    // generate_test_data, seed 111, with the 10-5 table: noise of ckey and pcv from the published cells.
    struct Cell: Hashable { var key: [String] }
    var counts: [Cell: (count: Int, key: Int)] = [:]
    for line in try Vectors.lines("ons_micro.csv").dropFirst() {
      let fields = line.split(separator: ",").map(String.init)
      let cell = Cell(key: [fields[1], fields[2], fields[3]])
      let old = counts[cell] ?? (0, 0)
      counts[cell] = (old.count + 1, old.key + (try #require(Int(fields[0]))))
    }
    var shown = 0, total = 0, keys = 0, cells = 0, people = 0
    for line in try Vectors.lines("ons_var1_var5_var8.csv").dropFirst() {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      let mine = counts[Cell(key: Array(fields[0..<3]))] ?? (0, 0)
      let count = try #require(Int(fields[3])), key = try #require(Int(fields[4]))
      #expect(mine.count == count)
      #expect(mine.key % 256 == key)
      #expect(ONS.row(count) == Int(fields[5]))
      let noise = try #require(Int(fields[6]))
      #expect(ONS.published(count, noise) == Int(fields[7]))
      cells += 1
      keys += key
      people += count
      if let value = ONS.published(count, noise) {
        shown += 1
        total += value
      }
    }
    #expect(cells == 200 && people == 1000 && keys == 23_318 && shown == 32 && total == 410)
  }

  /// Rules of the cell-key-perturbation package.
  enum ONS {
    /// pcv: the row of the table for a count.
    static func row(_ count: Int) -> Int { count <= 750 ? count : (count - 1) % 250 + 501 }
    static func published(_ count: Int, _ noise: Int) -> Int? { count + noise >= 10 ? count + noise : nil }
  }

  @Test func `ONS's one-way table is the sum of its record keys`() throws {
    var counts: [String: (Int, Int)] = [:]
    for line in try Vectors.lines("ons_micro.csv").dropFirst() {
      let fields = line.split(separator: ",").map(String.init)
      let old = counts[fields[1]] ?? (0, 0)
      counts[fields[1]] = (old.0 + 1, old.1 + (Int(fields[0]) ?? 0))
    }
    let published = try Vectors.lines("ons_var1.csv").dropFirst().map {
      $0.split(separator: ",").map(String.init)
    }
    for fields in published {
      let mine = try #require(counts[fields[0]])
      #expect(mine.0 == Int(fields[1]) && mine.1 % 256 == Int(fields[2]))
      #expect(mine.0 + (try #require(Int(fields[4]))) == Int(fields[5]))
    }
    #expect(published.map { $0[5] } == ["225", "375", "190", "110", "100"])
  }

  @Test func `cellKey's microdata give its published cells to the digit`() throws {
    struct Row {
      let sex: Int, age: Int, key: Int, weight: Int, high: Bool
    }
    let rows = try Vectors.lines("cellkey_micro_4580.csv").dropFirst().map { line in
      let fields = line.split(separator: ",")
      return Row(
        sex: try #require(Int(fields[0])), age: try #require(Int(fields[1])),
        key: Int((try #require(Double(fields[2])) * 100_000).rounded()), weight: try #require(Int(fields[3])),
        high: fields[4] == "1")
    }
    #expect(rows.count == 4580)
    #expect(rows.first?.key == 97_132 && rows.last?.key == 88_020)
    #expect(rows.count { $0.sex == 1 } == 2296 && rows.count { $0.sex == 2 } == 2284)
    #expect((1...6).map { age in rows.count { $0.age == age } } == [1969, 1143, 864, 423, 168, 13])
    #expect(rows.count { $0.high } == 445 && rows.count { $0.high && $0.age == 2 } == 123)

    let table = try NoiseDesign(bound: 5, variance: 3, forbidden: 2, stay: 0.5).table()
    var perturbed: [Int] = [], keys: [Double] = [], noises: [Int] = [], weighted: [Double] = []
    for sex in 0...2 {
      for age in 0...6 {
        let cell = rows.filter { (sex == 0 || $0.sex == sex) && (age == 0 || $0.age == age) }
        let key = cell.reduce(0) { $0 + $1.key } % 100_000
        // R's look-up: the first row whose upper bound exceeds the key.
        let noise = table.row(cell.count).draw(UInt32(Double(key) / 100_000 * 4_294_967_296))
        let weight = cell.reduce(0) { $0 + $1.weight }
        perturbed.append(cell.count + noise)
        noises.append(noise)
        keys.append(Double(key) / 100_000)
        weighted.append(Double(cell.count + noise) * Double(weight) / Double(cell.count))
      }
    }
    let cells = try Vectors.lines("cellkey_total_21.csv").dropFirst().map {
      $0.split(separator: ",").map(String.init)
    }
    for (place, fields) in cells.enumerated() {
      #expect(noises[place] == Int(fields[4]), "cell \(fields[0])/\(fields[1])")
      #expect(perturbed[place] == Int(fields[5]))
      #expect(abs(keys[place] - (Double(fields[3]) ?? 0)) < 1e-9)
    }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    #expect(perturbed[2] == 1147)
    #expect(abs(mean(perturbed.map(Double.init)) - 872.333) < 0.001)
    #expect(abs(mean(keys) - 0.456) < 0.0005)
    #expect(abs(mean(noises.map(Double.init)) + 0.048) < 0.0005)
    #expect(abs(mean(weighted) - 52096.24) < 0.01)
    // The vignette's first line: the weight of everybody follows the perturbed count.
    #expect(abs(275_982.0 * 4578 / 4580 - 275_861.4838) < 1e-4)
  }
}
