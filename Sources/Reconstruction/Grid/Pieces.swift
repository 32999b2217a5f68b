import Geometry
import LinearMath

extension Mesh {
  /// Without what floats beside or within the object: pieces that enclose nothing outwards, or less than this part of the
  /// surface of the largest.
  func withoutCrumbs(below share: Double) throws -> Mesh {
    var parent = Array(0..<positions.count)
    func root(_ vertex: Int) -> Int {
      var vertex = vertex
      while parent[vertex] != vertex {
        parent[vertex] = parent[parent[vertex]]
        vertex = parent[vertex]
      }
      return vertex
    }
    for triangle in triangles {
      let a = root(Int(triangle.x))
      for other in [triangle.y, triangle.z] {
        let b = root(Int(other))
        if a != b { parent[b] = a }
      }
    }
    var area: [Int: Double] = [:]
    var volume: [Int: Double] = [:]
    let roots = triangles.map { root(Int($0.x)) }
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
