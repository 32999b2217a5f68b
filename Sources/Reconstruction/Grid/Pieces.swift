import Geometry
import LinearMath

extension Mesh {
  /// Without what floats beside or within the object: pieces that enclose nothing outwards, or less than this part of the
  /// surface of the largest.
  func withoutCrumbs(below share: Double) throws -> Mesh {
    var sets = UnionFind(count: positions.count)
    for triangle in triangles {
      sets.unite(Int(triangle.x), Int(triangle.y))
      sets.unite(Int(triangle.x), Int(triangle.z))
    }
    var area: [Int: Double] = [:]
    var volume: [Int: Double] = [:]
    let roots = triangles.map { sets.find(Int($0.x)) }
    for (index, triangle) in triangles.enumerated() {
      let a = SIMD3<Double>(positions[Int(triangle.x)])
      let b = SIMD3<Double>(positions[Int(triangle.y)])
      let c = SIMD3<Double>(positions[Int(triangle.z)])
      area[roots[index], default: 0] += (b - a).cross(c - a).length / 2
      volume[roots[index], default: 0] += a.dot(b.cross(c)) / 6
    }
    let largest = area.values.max() ?? 0
    let kept = triangles.indices.filter {
      area[roots[$0]]! >= share * largest && volume[roots[$0]]! > 0
    }
    return kept.count == triangles.count ? self : parts([kept]) { _, _ in }[0]
  }
}
