import Bytes
import Catalogs
import Policies
import Support
import Tables
import Testing

@Suite struct `The sample catalogue` {
  let policies: PolicySet
  let catalog: Catalog

  init() throws {
    policies = try PolicySet.load(folder: Places.root + "/Policies")
    catalog = try Catalog.load(folder: Places.root + "/Catalog", policies: policies)
  }

  @Test func `loads with nine real datasets beside the synthetic ones`() {
    #expect(catalog.datasets.count { !$0.synthetic } == 9)
    #expect(
      catalog.datasets.filter(\.synthetic).map(\.name) == [
        "enterprises", "hotline", "incomes", "medical-costs", "medical-hardship", "residents",
      ])
    #expect(catalog.datasets.map(\.name) == catalog.datasets.map(\.name).sorted())
  }

  @Test func `restricts registers of persons with legal basis, subject and a strict result`() throws {
    let restricted = catalog.datasets.filter { $0.classification.level == "L3" }
    #expect(
      restricted.map(\.name) == [
        "enterprises", "incomes", "medical-costs", "medical-hardship", "rand-health", "residents",
      ])
    for dataset in restricted where dataset.name != "enterprises" {
      #expect(dataset.classification.level == "L3")
      #expect(dataset.classification.legalBasis != nil)
      #expect(dataset.classification.reason != nil)
      #expect(!dataset.subject.isEmpty)
      let statistics = dataset.results.filter { $0.kind == .statistic }
      #expect(statistics.count == 1)
      #expect(
        statistics.allSatisfy { $0.profile == "strict" && $0.refresh == "P1Y" && !$0.tables.isEmpty })
      #expect(dataset.dimensions.contains { $0.role == .response })
    }
    let health = try #require(catalog.dataset("rand-health"))
    #expect(health.subject == ["zper"])
    #expect(health.results.first?.measures.first?.perUnit == .sum)
  }

  @Test func `verifies enterprises and bands hardship, with meaning and a responsible agency`() throws {
    let register = try #require(catalog.dataset("enterprises"))
    #expect(register.classification.level == "L3" && register.classification.legalBasis != nil)
    let check = try #require(register.result("registration"))
    #expect(
      check.kind == .verify && check.claims == ["legal_representative", "established_on"] && !check.consent)
    let band = try #require(catalog.dataset("residents")?.result("hardship-band"))
    #expect(band.kind == .score && band.consent && band.output?.values == ["A", "B", "C"])
    for result in [check, band] {
      #expect(result.meaning?.languages == ["zh", "en"] && result.responsible != nil)
    }
  }

  @Test func `offers of what is less sensitive medians, shares and changes`() throws {
    let hotline = try #require(catalog.dataset("hotline"))
    #expect(hotline.classification.level == "L2" && hotline.results.allSatisfy { $0.profile == "standard" })
    #expect(hotline.result("hot-spots")?.derived == [.share, .change])
    #expect(hotline.dimension("period")?.codes.count == 10)
    #expect(hotline.result("response-times")?.measures.first?.statistics.contains(.median) == true)
    let incomes = try #require(catalog.dataset("incomes"))
    #expect(incomes.result("trend")?.derived == [.change])
    #expect(incomes.dimension("period")?.codes.map(\.code) == ["2021", "2022", "2023", "2024", "2025"])
  }

  @Test func `says everything in Chinese and English`() {
    func both(_ text: Text?) -> Bool { text?.languages == ["zh", "en"] }
    #expect(both(catalog.title) && both(catalog.description))
    #expect(
      catalog.organizations.allSatisfy { both($0.name) } && catalog.licenses.allSatisfy { both($0.title) })
    for dataset in catalog.datasets {
      #expect(both(dataset.title) && both(dataset.description) && both(dataset.origin), "\(dataset.name)")
      #expect(!dataset.keywords.isEmpty && dataset.keywords.allSatisfy(both), "\(dataset.name)")
      #expect(
        dataset.updateFrequency != nil && dataset.directory != nil && dataset.spatial != nil,
        "\(dataset.name)")
      for resource in dataset.resources {
        #expect(both(resource.title))
        for field in resource.schema.fields {
          #expect(both(field.title) && both(field.description), "\(dataset.name).\(field.name)")
        }
      }
      for dimension in dataset.dimensions {
        #expect(both(dimension.title) && dimension.codes.allSatisfy { both($0.label) }, "\(dimension.name)")
      }
    }
  }

  @Test func `names exactly the columns that the files have`() throws {
    for resource in catalog.datasets.filter({ $0.join == nil }).flatMap(\.resources) {
      let reader = try TableReader(resource.source)
      #expect(reader.header == resource.schema.fields.map(\.name), "\(resource.name)")
    }
  }

  @Test func `reads its GB18030 source`() throws {
    let divisions = try #require(catalog.dataset("cn-divisions")?.resources.first)
    #expect(divisions.source.encoding == "gb18030")
    let reader = try TableReader(divisions.source)
    let batch = try #require(try reader.next())
    #expect(batch.text(0, 1) == "北京市")
  }

  @Test func `has no fault in any cell`() throws {
    for resource in catalog.datasets.filter({ $0.join == nil }).flatMap(\.resources) {
      let lists = catalog.codeLists.mapValues { Set($0.codes.map(\.code)) }
      let report = try TableCheck.run(resource.source, schema: resource.schema, codeLists: lists)
      #expect(report.faults.isEmpty, "\(resource.name): \(report.faults.first.map { "\($0)" } ?? "")")
      #expect(report.rows > 0)
    }
  }

  @Test func `finds a code for every unit in every dimension`() throws {
    for dataset in catalog.datasets where !dataset.dimensions.isEmpty && dataset.join == nil {
      let resource = try #require(dataset.resources.first)
      let reader = try TableReader(resource.source)
      var unknown: [String: String] = [:]
      while let batch = try reader.next() {
        for dimension in dataset.dimensions {
          let column = try #require(reader.header.firstIndex(of: dimension.field))
          for row in 0..<batch.rowCount {
            let cell = batch.text(row, column)
            if dimension.code(of: cell) == nil { unknown[dimension.name] = cell }
          }
        }
      }
      #expect(unknown.isEmpty)
    }
  }

  @Test func `stays under 16 MB`() throws {
    func size(_ folder: String) throws -> Int {
      try Files.list(folder).reduce(0) { sum, name in
        let path = Files.join(folder, name)
        return sum + (Files.isDirectory(path) ? try size(path) : try Files.size(path))
      }
    }
    #expect(try size(catalog.folder) < 16_000_000)
  }

  @Test func `starts from policies that are the ones in the binary`() throws {
    #expect(try PolicySet.parse(files: PolicySet.defaults).hash == policies.hash)
  }
}
