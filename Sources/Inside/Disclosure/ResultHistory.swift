package import Bytes

/// What was released of a dataset family before: kept in `.doorsill/inside/history`, never outside.
///
/// It makes a result that is younger than its `refresh` come out byte for byte as it was, keeps the value of cells
/// whose units hardly changed, and counts former cells against the budget (DISCLOSURE a.2, a.9).
package struct ResultHistory: Sendable, Equatable {
  /// One drawn quantity of a cell.
  package struct Draw: Sendable, Equatable {
    /// In units of the quantity; nil where it was withheld.
    package var value: Int128?
    /// Units that changed since this draw, each with what it contributed when the value was drawn (0: nothing).
    package var changed: [Changed]

    package init(value: Int128?, changed: [Changed] = []) {
      self.value = value
      self.changed = changed
    }
  }

  /// A unit, by its record key, and a digest of what it contributed to a quantity.
  package struct Changed: Sendable, Equatable {
    package let unit: UInt64
    package let contribution: UInt64

    package init(unit: UInt64, contribution: UInt64) {
      self.unit = unit
      self.contribution = contribution
    }
  }

  /// The cells of one dataset that have been drawn.
  package struct Drawn: Sendable, Equatable {
    /// By label, then quantity (`n`, `income.n`, `income.sum`).
    package var cells: [String: [String: Draw]]
    /// What the draws depend on beside the data; draws of another fingerprint are not kept.
    package var fingerprint: String

    package init(cells: [String: [String: Draw]] = [:], fingerprint: String = "") {
      self.cells = cells
      self.fingerprint = fingerprint
    }
  }

  /// A result as it was released, and a digest of its declaration and profile.
  struct Stored: Sendable, Equatable {
    var released: Released
    var declaration: String
  }

  /// By `dataset/result`.
  var results: [String: Stored] = [:]
  /// By dataset.
  package var drawn: [String: Drawn] = [:]
  /// By dataset: where each unit was when the dataset was last computed, in a form that Results reads and writes.
  package var unitMaps: [String: StoredUnits] = [:]

  package init() {}

  /// The result as it was last released, if its declaration is unchanged.
  func stored(_ dataset: String, _ result: String, declaration: String) -> Released? {
    guard let held = results[dataset + "/" + result], held.declaration == declaration else { return nil }
    return held.released
  }

  /// The result as it was last released, whatever its declaration.
  package func released(_ dataset: String, _ result: String) -> Released? {
    results[dataset + "/" + result]?.released
  }

  /// Results other than one.
  func others(than dataset: String, _ result: String) -> [Released] {
    results.filter { $0.key != dataset + "/" + result }.sorted { $0.key < $1.key }.map(\.value.released)
  }
}

/// Where each unit was when a dataset was last computed, in a form of Results'.
package enum StoredUnits: Sendable, Equatable {
  case bytes([UInt8])
  /// The path of a file that holds them.
  case file(String)
}

extension ResultHistory {
  /// Everything but the unit maps, which are bytes: deterministic.
  package var json: JSON {
    [
      "results": .array(
        results.sorted { $0.key < $1.key }.map { _, stored in
          [
            "declaration": .string(stored.declaration), "released": stored.released.json,
            "tags": stored.released.tags.map { .string(Base64.encode($0.tags)) } ?? .null,
          ]
        }),
      "drawn": .object(
        drawn.sorted { $0.key < $1.key }.map { dataset, drawn in
          .init(
            dataset,
            [
              "fingerprint": .string(drawn.fingerprint),
              "cells": .object(
                drawn.cells.sorted { $0.key < $1.key }.map { label, draws in
                  .init(label, .object(draws.sorted { $0.key < $1.key }.map { .init($0.key, $0.value.json) }))
                }),
            ])
        }),
    ]
  }

  /// - Parameter unitMaps: as `unitMaps` gave them, by dataset.
  /// - Throws: `DisclosureError.history` for anything that `json` did not write.
  package init(json: JSON, unitMaps: [String: StoredUnits] = [:]) throws(DisclosureError) {
    self.init()
    self.unitMaps = unitMaps
    let unreadable = DisclosureError(
      .history, "the history of results cannot be read",
      hint: "restore .doorsill/inside/history from the backup; without it cells would be drawn anew")
    guard let stored = json["results"]?.array, let drawn = json["drawn"]?.members else { throw unreadable }
    for entry in stored {
      let tags = entry["tags"]?.string.flatMap { Base64.decode($0) } ?? []
      guard let declaration = entry["declaration"]?.string,
        let released = entry["released"].flatMap({ Released(json: $0, tags: tags) })
      else { throw unreadable }
      results[released.dataset + "/" + released.result] = Stored(released: released, declaration: declaration)
    }
    for dataset in drawn {
      guard let fingerprint = dataset.value["fingerprint"]?.string,
        let cells = dataset.value["cells"]?.members
      else { throw unreadable }
      var read = Drawn(fingerprint: fingerprint)
      for cell in cells {
        var draws: [String: Draw] = [:]
        for quantity in cell.value.members ?? [] {
          guard let draw = Draw(json: quantity.value) else { throw unreadable }
          draws[quantity.key] = draw
        }
        read.cells[cell.key] = draws
      }
      self.drawn[dataset.key] = read
    }
  }
}

extension ResultHistory.Draw {
  /// `[value]` or `[value, unit, contribution, …]`; keys as hexadecimal text, which keeps all 64 bits.
  fileprivate var json: JSON {
    .array(
      [value.map { .string($0.description) } ?? .null]
        + changed.flatMap { change -> [JSON] in
          [.string(String(change.unit, radix: 16)), .string(String(change.contribution, radix: 16))]
        })
  }

  fileprivate init?(json: JSON) {
    guard let parts = json.array, let first = parts.first, parts.count % 2 == 1 else { return nil }
    var value: Int128?
    if !first.isNull {
      guard let text = first.string, let read = Int128(text) else { return nil }
      value = read
    }
    var changed: [ResultHistory.Changed] = []
    for index in stride(from: 1, to: parts.count, by: 2) {
      guard let unit = parts[index].string.flatMap({ UInt64($0, radix: 16) }),
        let contribution = parts[index + 1].string.flatMap({ UInt64($0, radix: 16) })
      else { return nil }
      changed.append(.init(unit: unit, contribution: contribution))
    }
    self.init(value: value, changed: changed)
  }
}
