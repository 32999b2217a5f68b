import Glibc
import LinearMath
import Work

/// A surface cut into charts: connected pieces that all face one way, so that looking along it none hides another.
///
/// Greedy growth by how well a triangle fits the chart's mean normal (Sander, Snyder, Gortler, Hoppe, "Texture mapping
/// progressive meshes", 2001), then small charts are joined to the neighbour they share most border with as long as that
/// keeps the cone. Near-linear in the number of triangles.
struct Charts {
  /// The chart of each triangle.
  private(set) var chartOf: [Int32]
  /// The triangles of each chart; some are empty.
  private(set) var members: [[Int32]] = []
  /// Along which each chart is seen.
  private(set) var axes: [SIMD3<Float>] = []

  /// Unit normals, or zero for triangles without area.
  private let normals: [SIMD3<Float>]
  /// The same averaged over neighbours, by which charts are cut; noise then makes no crumbs.
  private let smooth: [SIMD3<Float>]
  private let areas: [Float]
  /// Across each of a triangle's three edges, or -1.
  private let neighbours: [SIMD3<Int32>]
  /// Lengths of the three edges.
  private let lengths: [SIMD3<Float>]

  /// - Parameter mesh: of points: no vertex stands twice.
  init(_ mesh: Mesh, cone: Float, _ work: WorkContext) throws {
    let count = mesh.triangles.count
    neighbours = Self.neighbours(mesh.triangles)
    var (normals, areas, lengths) = (
      [SIMD3<Float>](), [Float](), [SIMD3<Float>]()
    )
    for triangle in 0..<count {
      let (a, b, c) = mesh.corners(triangle)
      let across = (b - a).cross(c - a)
      normals.append(across.normalized)
      areas.append(across.length / 2)
      lengths.append(SIMD3((b - a).length, (c - b).length, (a - c).length))
    }
    (self.normals, self.areas, self.lengths) = (normals, areas, lengths)
    smooth = Self.smoothed(normals, areas, neighbours)
    chartOf = [Int32](repeating: -1, count: count)
    try grow(cosine: cos(cone), work)
    join(cosine: cos(min(cone * 1.3, 1.3)))
  }

  /// A triangle must be seen at least so much from the front.
  private static let leastFacing: Float = 0.12

  private static func neighbours(_ triangles: [SIMD3<UInt32>]) -> [SIMD3<Int32>] {
    let edges = EdgeTable(triangles)
    var neighbours = [SIMD3<Int32>](repeating: [-1, -1, -1], count: triangles.count)
    for edge in 0..<edges.count {
      let sides = edges[edge]
      guard sides.count == 2 else { continue }
      let (a, b) = (Int(sides[sides.startIndex]), Int(sides[sides.startIndex + 1]))
      // Two that run the same way face opposite sides.
      guard triangles[a / 3][a % 3] != triangles[b / 3][b % 3] else { continue }
      neighbours[a / 3][a % 3] = Int32(b / 3)
      neighbours[b / 3][b % 3] = Int32(a / 3)
    }
    return neighbours
  }

  private static func smoothed(
    _ normals: [SIMD3<Float>], _ areas: [Float], _ neighbours: [SIMD3<Int32>]
  ) -> [SIMD3<Float>] {
    var current = normals
    for _ in 0..<3 {
      let before = current
      for triangle in current.indices {
        var sum = before[triangle] * areas[triangle]
        for side in 0..<3 where neighbours[triangle][side] >= 0 {
          let other = Int(neighbours[triangle][side])
          if before[other].dot(before[triangle]) > 0.5 { sum += before[other] * areas[other] }
        }
        let mean = sum.normalized
        if mean != .zero { current[triangle] = mean }
      }
    }
    return current
  }

  // MARK: Growth

  private mutating func grow(cosine: Float, _ work: WorkContext) throws {
    for seed in chartOf.indices where chartOf[seed] < 0 {
      if members.count % 256 == 0 { try work.checkCancelled() }
      grow(from: seed, cosine: cosine)
    }
  }

  private mutating func grow(from seed: Int, cosine: Float) {
    let chart = Int32(members.count)
    var taken: [Int32] = []
    var sum = smooth[seed] * max(areas[seed], 1e-30)
    var axis = smooth[seed] == .zero ? SIMD3<Float>(0, 0, 1) : smooth[seed]
    var queue = FaceQueue()
    func fits(_ triangle: Int) -> Bool {
      areas[triangle] == 0
        || smooth[triangle].dot(axis) > cosine && normals[triangle].dot(axis) > Self.leastFacing
    }
    queue.push(0, Int32(seed))
    while let triangle = queue.pop().map({ Int($0) }) {
      guard chartOf[triangle] < 0, taken.isEmpty || fits(triangle) else { continue }
      chartOf[triangle] = chart
      taken.append(Int32(triangle))
      sum += smooth[triangle] * areas[triangle]
      if taken.count & (taken.count - 1) == 0 || taken.count % 64 == 0 { axis = sum.normalized }
      for side in 0..<3 where neighbours[triangle][side] >= 0 {
        let other = neighbours[triangle][side]
        if chartOf[Int(other)] < 0 && fits(Int(other)) {
          queue.push(1 - smooth[Int(other)].dot(axis), other)
        }
      }
    }
    axis = sum.normalized
    if axis == .zero { axis = [0, 0, 1] }
    // The axis has moved: what does not face it any more is for other charts, but never the whole.
    let kept = taken.filter { isSeen(Int($0), axis) }
    if kept.isEmpty {
      for triangle in taken.dropFirst() { chartOf[Int(triangle)] = -1 }
      members.append([taken[0]])
      axes.append(normals[Int(taken[0])] == .zero ? axis : normals[Int(taken[0])])
    } else {
      for triangle in taken where !isSeen(Int(triangle), axis) { chartOf[Int(triangle)] = -1 }
      members.append(kept)
      axes.append(axis)
    }
    // The seed must not be left behind, or it would be taken up for ever.
    if chartOf[seed] < 0 {
      chartOf[seed] = Int32(members.count)
      members.append([Int32(seed)])
      axes.append(normals[seed])
    }
  }

  private func isSeen(_ triangle: Int, _ axis: SIMD3<Float>) -> Bool {
    areas[triangle] == 0 || normals[triangle].dot(axis) > Self.leastFacing / 2
  }

  // MARK: Joining

  /// Joins charts of few triangles to a neighbour, smallest first.
  private mutating func join(cosine: Float) {
    let usual = max(8, chartOf.count / 400)
    let small = areas.reduce(0, +) / 200
    var sums = members.indices.map { chart in
      members[chart].reduce(SIMD3<Float>.zero) { $0 + smooth[Int($1)] * areas[Int($1)] }
    }
    for chart in members.indices.sorted(by: { (members[$0].count, $0) < (members[$1].count, $1) })
    where !members[chart].isEmpty && members[chart].count < usual
      && members[chart].reduce(0, { $0 + areas[Int($1)] }) < small
    {
      var borders: [Int32: Float] = [:]
      for triangle in members[chart] {
        for side in 0..<3 {
          let other = neighbours[Int(triangle)][side]
          guard other >= 0, chartOf[Int(other)] != Int32(chart) else { continue }
          borders[chartOf[Int(other)], default: 0] += lengths[Int(triangle)][side]
        }
      }
      let ranked = borders.sorted { ($0.value, $1.key) > ($1.value, $0.key) }
      for (other, _) in ranked {
        let axis = (sums[chart] + sums[Int(other)]).normalized
        let fits = { (triangle: Int32) -> Bool in
          self.areas[Int(triangle)] == 0
            || self.normals[Int(triangle)].dot(axis) > Self.leastFacing
              && self.smooth[Int(triangle)].dot(axis) > cosine
        }
        guard members[chart].allSatisfy(fits), members[Int(other)].allSatisfy(fits) else {
          continue
        }
        for triangle in members[chart] { chartOf[Int(triangle)] = other }
        members[Int(other)] += members[chart]
        members[chart] = []
        sums[Int(other)] += sums[chart]
        axes[Int(other)] = axis
        break
      }
    }
  }

  /// Cuts a chart that lies over itself into two by where its triangles are along its longer side.
  mutating func split(_ chart: Int, by coordinate: (Int32) -> Float) {
    let sorted = members[chart].sorted { (coordinate($0), $0) < (coordinate($1), $1) }
    let half = Array(sorted[(sorted.count / 2)...])
    members[chart] = Array(sorted[..<(sorted.count / 2)])
    for triangle in half { chartOf[Int(triangle)] = Int32(members.count) }
    members.append(half)
    axes.append(axes[chart])
  }
}

/// Triangles, the cheapest first; of equally dear ones the one with the lowest number.
private struct FaceQueue {
  private var heap: [(cost: Float, face: Int32)] = []

  private func isLess(_ a: Int, _ b: Int) -> Bool {
    (heap[a].cost, heap[a].face) < (heap[b].cost, heap[b].face)
  }

  mutating func push(_ cost: Float, _ face: Int32) {
    heap.append((cost, face))
    var place = heap.count - 1
    while place > 0, isLess(place, (place - 1) / 2) {
      heap.swapAt(place, (place - 1) / 2)
      place = (place - 1) / 2
    }
  }

  mutating func pop() -> Int32? {
    guard let first = heap.first else { return nil }
    heap.swapAt(0, heap.count - 1)
    heap.removeLast()
    var place = 0
    while true {
      var least = place
      for child in [2 * place + 1, 2 * place + 2]
      where child < heap.count && isLess(child, least) { least = child }
      if least == place { break }
      heap.swapAt(place, least)
      place = least
    }
    return first.face
  }
}
