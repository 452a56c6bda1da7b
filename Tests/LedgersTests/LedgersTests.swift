import Bytes
import Support
import Testing
import Trust

@testable import Ledgers

func hashes(_ texts: [String]) throws -> [[UInt8]] { try texts.map { try #require(Hex.decode($0)) } }

@Suite struct `Merkle trees` {
  /// The leaves and roots that Certificate Transparency's own implementations test with (RFC 6962 hashing).
  static let leaves = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
  ]
  static let roots = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ]

  @Test func `have the roots of RFC 6962's test leaves, built at once or leaf by leaf`() throws {
    let leaves = try hashes(Self.leaves).map(Merkle.leafHash)
    var tree = TileTree()
    #expect(
      Hex.encode(Merkle.root(of: [])) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    #expect(tree.root() == Merkle.root(of: []))
    for (size, root) in Self.roots.enumerated() {
      #expect(Hex.encode(Merkle.root(of: Array(leaves[...size]))) == root)
      tree.append(leaves[size]) { _, _ in }
      #expect(Hex.encode(tree.root()) == root)
    }
  }

  @Test func `give the proofs of RFC 6962's example tree`() throws {
    // RFC 6962 §2.1.3: with seven leaves the path of d0 is [b, h, l], of d3 [c, g, l], of d4 [f, j, k], of d6 [i, k].
    let d = (0..<7).map { Merkle.leafHash([UInt8($0)]) }
    let g = Merkle.nodeHash(d[0], d[1])
    let h = Merkle.nodeHash(d[2], d[3])
    let i = Merkle.nodeHash(d[4], d[5])
    let k = Merkle.nodeHash(g, h)
    let l = Merkle.nodeHash(i, d[6])
    #expect(Merkle.root(of: d) == Merkle.nodeHash(k, l))
    #expect(Merkle.inclusionProof(index: 0, leaves: d) == [d[1], h, l])
    #expect(Merkle.inclusionProof(index: 3, leaves: d) == [d[2], g, l])
    #expect(Merkle.inclusionProof(index: 4, leaves: d) == [d[5], d[6], k])
    #expect(Merkle.inclusionProof(index: 6, leaves: d) == [i, k])
    // The same section: PROOF(3, D[7]) = [c, d, g, l], PROOF(4, D[7]) = [l], PROOF(6, D[7]) = [i, j, k].
    #expect(Merkle.consistencyProof(from: 3, leaves: d) == [d[2], d[3], g, l])
    #expect(Merkle.consistencyProof(from: 4, leaves: d) == [l])
    #expect(Merkle.consistencyProof(from: 6, leaves: d) == [i, d[6], k])
  }

  @Test func `prove every leaf and every earlier size up to 66, and nothing false`() {
    let leaves = (0..<66).map { Merkle.leafHash([UInt8($0)]) }
    let roots = (0...66).map { Merkle.root(of: Array(leaves[..<$0])) }
    for size in 1...66 {
      let tree = Array(leaves[..<size])
      for index in 0..<size {
        let proof = Merkle.inclusionProof(index: index, leaves: tree)
        func holds(_ at: Int, _ of: Int, _ leaf: [UInt8], _ proof: [[UInt8]]) -> Bool {
          Merkle.verifyInclusion(index: at, size: of, leafHash: leaf, proof: proof, root: roots[size])
        }
        #expect(holds(index, size, leaves[index], proof))
        #expect(!holds(index, size, leaves[(index + 1) % 66], proof))
        #expect(!holds(index, size, leaves[index], proof + [roots[1]]))
        #expect(!holds(index + size, size, leaves[index], proof))
        #expect(!holds(-1, size, leaves[index], proof))
        if !proof.isEmpty { #expect(!holds(index, size, leaves[index], Array(proof.dropLast()))) }
        if size > 1, index > 0 { #expect(!holds(index - 1, size, leaves[index], proof)) }
      }
      for earlier in 1...size {
        let proof = Merkle.consistencyProof(from: earlier, leaves: tree)
        func holds(_ old: [UInt8], _ proof: [[UInt8]]) -> Bool {
          Merkle.verifyConsistency(from: earlier, to: size, proof: proof, fromRoot: old, toRoot: roots[size])
        }
        #expect(holds(roots[earlier], proof))
        #expect(!holds(roots[earlier - 1], proof))
        #expect(!holds(roots[earlier], proof + [roots[1]]))
        if !proof.isEmpty { #expect(!holds(roots[earlier], Array(proof.dropLast()))) }
      }
    }
    let empty = Merkle.root(of: [])
    #expect(!Merkle.verifyConsistency(from: 0, to: 5, proof: [], fromRoot: empty, toRoot: roots[5]))
    #expect(!Merkle.verifyInclusion(index: 0, size: 1, leafHash: [], proof: [], root: roots[1]))
    #expect(!Merkle.verifyInclusion(index: 0, size: 0, leafHash: leaves[0], proof: [], root: leaves[0]))
  }

  /// The files of github.com/transparency-dev/merkle, where someone has put them beside the repository.
  @Test func `judge transparency-dev's vectors as they say`() throws {
    let folder = Places.root + "/../shared/std/merkle/testdata"
    guard Files.isDirectory(folder) else {
      print("skipped: transparency-dev's Merkle vectors are not beside the repository")
      return
    }
    var judged = 0
    func files(_ folder: String) throws -> [String] {
      try Files.list(folder).map { "\(folder)/\($0)" }.flatMap {
        Files.isDirectory($0) ? try files($0) : [$0]
      }
    }
    for kind in ["inclusion", "consistency"] {
      for name in try files("\(folder)/\(kind)") {
        let vector = try JSON(parsing: Files.read(name))
        func hash(_ json: JSON?) -> [UInt8] { json?.string.flatMap { Base64.decode($0) } ?? [] }
        let proof = (vector["proof"]?.array ?? []).map { hash($0) }
        // Sizes beyond 2^63 are no sizes of ours.
        let isHeld: Bool
        if kind == "inclusion" {
          isHeld =
            if let index = vector["leafIdx"]?.int, let size = vector["treeSize"]?.int {
              Merkle.verifyInclusion(
                index: index, size: size, leafHash: hash(vector["leafHash"]), proof: proof,
                root: hash(vector["root"]))
            } else { false }
        } else {
          isHeld =
            if let from = vector["size1"]?.int, let to = vector["size2"]?.int {
              Merkle.verifyConsistency(
                from: from, to: to, proof: proof, fromRoot: hash(vector["root1"]),
                toRoot: hash(vector["root2"]))
            } else { false }
        }
        #expect(isHeld != vector["wantErr"]?.bool, "\(name): \(vector["desc"]?.string ?? "")")
        judged += 1
      }
    }
    #expect(judged > 190)
  }

  @Test func `tiles are named as tlog-tiles says, in one spelling only`() {
    for (name, path) in [
      (TileName(level: 0, index: 0), "0/000"), (TileName(level: 1, index: 67, count: 17), "1/067.p/17"),
      (TileName(level: 0, index: 1_234_067), "0/x001/x234/067"),
      (TileName(level: 0, index: 273_000, count: 1), "0/x273/000.p/1"),
    ] {
      #expect(name.path == path)
      #expect(TileName(path: path) == name)
    }
    for path in [
      "", "0", "0/", "0/1", "0/0001", "x0/000", "9/000", "0/000.p/256", "0/000.p/0", "0/x001/x234/67",
      "0/../000",
      "0/x000/001", "0/000.p/017", "-1/000", "0/000/", "0/000.p", "entries/000", "0/x001/234.p/5/6",
      // More groups than 64 bits hold.
      "0/x999/x999/x999/x999/x999/x999/999", "0/x009/x223/x372/x036/x854/x775/807",
    ] { #expect(TileName(path: path) == nil, "\(path)") }
  }
}
