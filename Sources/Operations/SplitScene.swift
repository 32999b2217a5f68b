import Geometry
import Scenes

extension MeshInput {
  /// More pieces are left together as the last.
  static let mostPieces = 256

  /// The scene with each connected piece of its surface as a node of its own, the largest first, called `piece-001`
  /// and so on. What meets at a place is connected, also across seams of textures.
  func split() throws -> (scene: Scene, pieces: Int) {
    let pieces = connectedPieces()
    var result = scene
    (result.shapes, result.nodes, result.roots) = ([], [], [])
    for (index, triangles) in pieces.enumerated() {
      let piece = try Mesh(
        positions: mesh.positions, triangles: triangles.map { mesh.triangles[$0] },
        attributes: mesh.attributes)
      let digits = "\(index + 1)"
      let name = "piece-" + String(repeating: "0", count: max(0, 3 - digits.count)) + digits
      var shape = replaced(by: piece, from: triangles).shapes[0]
      shape.name = name
      result.shapes.append(shape)
      result.nodes.append(Scene.Node(name: name, shape: index))
      result.roots.append(index)
    }
    return (result, pieces.count)
  }

  /// Triangles of each piece, pieces with the most first.
  private func connectedPieces() -> [[Int]] {
    var sets = UnionFind(count: mesh.positions.count)
    var atPlace: [SIMD3<Float>: Int] = [:]
    for (index, place) in mesh.positions.enumerated() {
      if let first = atPlace[place] { sets.unite(index, first) } else { atPlace[place] = index }
    }
    for triangle in mesh.triangles {
      sets.unite(Int(triangle.x), Int(triangle.y))
      sets.unite(Int(triangle.x), Int(triangle.z))
    }
    var pieceOfRoot: [Int: Int] = [:]
    var pieces: [[Int]] = []
    for (index, triangle) in mesh.triangles.enumerated() {
      let top = sets.find(Int(triangle.x))
      if let piece = pieceOfRoot[top] {
        pieces[piece].append(index)
      } else {
        pieceOfRoot[top] = pieces.count
        pieces.append([index])
      }
    }
    pieces.sort { ($0.count, $1[0]) > ($1.count, $0[0]) }
    guard pieces.count > Self.mostPieces else { return pieces }
    let rest = pieces[(Self.mostPieces - 1)...].flatMap(\.self).sorted()
    return Array(pieces[..<(Self.mostPieces - 1)]) + [rest]
  }
}
