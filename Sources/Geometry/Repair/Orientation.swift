import Glibc
import LinearMath
import Work

// Which side of a surface is outside. Triangles that meet two at an edge are made to agree; each piece
// that so hangs together is then turned so that its front is the side that more rays from afar can see
// (Takayama, Jacobson, Kavan and Sorkine-Hornung, "A simple method for correcting facet orientations in
// polygon meshes based on ray casting", 2014). What no ray sees stays as it was.

/// Pieces of a soup whose triangles hang together over edges with two triangles.
struct Patches {
  /// For each triangle its piece.
  private(set) var patchOf: [Int]
  private(set) var members: [[Int]] = []
  /// Triangles that run against the first of their piece.
  private(set) var isTurned: [Bool]

  init(_ triangles: [SIMD3<UInt32>]) {
    patchOf = [Int](repeating: -1, count: triangles.count)
    isTurned = [Bool](repeating: false, count: triangles.count)
    var neighbors = [SIMD3<Int32>](repeating: [-1, -1, -1], count: triangles.count)
    let edges = EdgeTable(triangles)
    for edge in 0..<edges.count {
      let halfedges = edges[edge].map { Int($0) }
      guard halfedges.count == 2 else { continue }
      neighbors[halfedges[0] / 3][halfedges[0] % 3] = Int32(halfedges[1])
      neighbors[halfedges[1] / 3][halfedges[1] % 3] = Int32(halfedges[0])
    }
    for first in triangles.indices where patchOf[first] < 0 {
      let patch = members.count
      var found = [first]
      patchOf[first] = patch
      var head = 0
      while head < found.count {
        let triangle = found[head]
        head += 1
        for side in 0..<3 where neighbors[triangle][side] >= 0 {
          let other = Int(neighbors[triangle][side])
          let next = other / 3
          guard patchOf[next] < 0 else { continue }
          patchOf[next] = patch
          let agrees = triangles[triangle][side] != triangles[next][other % 3]
          isTurned[next] = agrees ? isTurned[triangle] : !isTurned[triangle]
          found.append(next)
        }
      }
      // What most of them say is what is kept, until rays know better.
      if 2 * found.count(where: { isTurned[$0] }) > found.count {
        for triangle in found { isTurned[triangle].toggle() }
      }
      members.append(found)
    }
  }
}

extension Soup {
  /// Makes neighbours agree and outsides look out.
  ///
  /// - Returns: how many triangles were turned over.
  mutating func orient(_ work: WorkContext) throws -> Int {
    let patches = Patches(triangles)
    let before = triangles
    for triangle in triangles.indices where patches.isTurned[triangle] { turn(triangle) }
    let tree = BVH(positions: positions, triangles: triangles, quick: true)
    let soup = self
    let sights = try parallelMap(count: patches.members.count, work) { patch in
      soup.sight(of: patches.members[patch], tree)
    }
    for (patch, sight) in zip(patches.members, sights) where sight.back > sight.front {
      for triangle in patch { turn(triangle) }
    }
    return triangles.indices.count { triangles[$0] != before[$0] }
  }

  private mutating func turn(_ triangle: Int) {
    let t = triangles[triangle]
    triangles[triangle] = SIMD3(t.x, t.z, t.y)
  }

  /// How many rays leave a piece's front and back without meeting anything; equal where the difference
  /// says nothing.
  private func sight(of patch: [Int], _ tree: BVH) -> (front: Int, back: Int) {
    var generator = SeededGenerator(seed: UInt64(patch[0]))
    var sums: [Double] = []
    var total = 0.0
    for triangle in patch {
      total += areaNormal(triangle).length
      sums.append(total)
    }
    guard total > 0 else { return (0, 0) }
    let hair = tree.box.diagonal * 1e-5
    let samples = 24 + 8 * min(32, patch.count / 64)
    var (front, back) = (0, 0)
    for _ in 0..<samples {
      let target = generator.unit() * total
      let place = sums.partitioningIndex { $0 > target }
      let triangle = patch[min(place, patch.count - 1)]
      let normal = SIMD3<Float>(areaNormal(triangle).normalized)
      let point = randomPoint(in: triangle, &generator)
      for _ in 0..<4 {
        let direction = generator.direction()
        let height = direction.dot(normal)
        let start = point + normal * (height > 0 ? hair : -hair)
        if abs(height) < 0.05 || tree.firstHit(from: start, along: direction) != nil { continue }
        if height > 0 { front += 1 } else { back += 1 }
      }
    }
    // Both sides of a sheet are seen alike.
    return back > front + front / 4 + 2 ? (front, back) : (0, 0)
  }

  func randomPoint(in triangle: Int, _ generator: inout SeededGenerator) -> SIMD3<Float> {
    var (u, v) = (Float(generator.unit()), Float(generator.unit()))
    if u + v > 1 { (u, v) = (1 - u, 1 - v) }
    let (a, b, c) = corners(triangle)
    return a + (b - a) * u + (c - a) * v
  }
}

extension SeededGenerator {
  /// A direction, every one as likely.
  mutating func direction() -> SIMD3<Float> {
    let z = Float(2 * unit() - 1)
    let angle = Float(2 * Double.pi * unit())
    let radius = (1 - z * z).squareRoot()
    return SIMD3(radius * cos(angle), radius * sin(angle), z)
  }
}

extension [Double] {
  /// The first index from which on a test holds, in an array in which it then always holds.
  func partitioningIndex(where test: (Double) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if test(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
