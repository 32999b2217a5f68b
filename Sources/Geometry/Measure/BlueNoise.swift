import LinearMath

extension Mesh {
  /// `count` points spread over the surface so that none has a near neighbour: four times as many points
  /// in proportion to area, of which always the most crowded one goes (Yuksel, "Sample elimination for
  /// generating Poisson disk sample sets", 2015). Distances are straight, not along the surface.
  public func blueNoiseSamples(count: Int, seed: UInt64) -> [SurfacePoint] {
    guard count > 0, count < Int.max / 4 else { return [] }
    let samples = sampledSurface(count: 4 * count, seed: seed)
    // How far apart as many points would be in the densest packing.
    let reach = Float((2 * area / (3.0.squareRoot() * Double(count))).squareRoot())
    guard reach > 0, reach.isFinite, samples.count > count else {
      return Array(samples.prefix(count))
    }
    var elimination = SampleElimination(samples.map { interpolated(positions, at: $0) }, reach)
    return elimination.kept(count).map { samples[$0] }
  }
}

/// Points that lose their most crowded one again and again.
private struct SampleElimination {
  private let points: [SIMD3<Float>]
  private let reach: Float
  private var neighbours: [[Int32]]
  private var crowding: [Float]
  /// A binary heap of points, the most crowded on top, and where each point is in it.
  private var heap: [Int32]
  private var place: [Int32]

  /// - Parameter most: how far points may crowd one another; less where many sheets lie on one another and
  ///   every point would have thousands of neighbours.
  init(_ points: [SIMD3<Float>], _ most: Float) {
    self.points = points
    var (reach, cells) = (most, Self.cells(points, most))
    while cells.count * 64 < points.count && reach > most / 1024 {
      reach /= 2
      cells = Self.cells(points, reach)
    }
    self.reach = reach
    neighbours = Self.near(points, cells, reach)
    crowding = [Float](repeating: 0, count: points.count)
    heap = (0..<Int32(points.count)).map { $0 }
    place = heap
    for point in points.indices {
      for other in neighbours[point] { crowding[point] += weight(point, Int(other)) }
    }
    for index in heap.indices.reversed() { sink(index) }
  }

  mutating func kept(_ count: Int) -> [Int] {
    while heap.count > count {
      let gone = Int(heap[0])
      let last = heap.removeLast()
      heap[0] = last
      place[Int(last)] = 0
      place[gone] = -1
      sink(0)
      for other in neighbours[gone] where place[Int(other)] >= 0 {
        crowding[Int(other)] -= weight(gone, Int(other))
        sink(Int(place[Int(other)]))
      }
    }
    return heap.map { Int($0) }.sorted()
  }

  /// What one point adds to another's crowding: the eighth power of their closeness.
  private func weight(_ a: Int, _ b: Int) -> Float {
    let closeness = max(0, 1 - (points[a] - points[b]).length / reach)
    let square = closeness * closeness
    return square * square * square * square
  }

  /// Whether `a` is less crowded than `b`; of equals the later one goes first.
  private func isLess(_ a: Int32, _ b: Int32) -> Bool {
    let (x, y) = (crowding[Int(a)], crowding[Int(b)])
    return x < y || x == y && a < b
  }

  private mutating func sink(_ start: Int) {
    var index = start
    while true {
      var child = 2 * index + 1
      if child >= heap.count { return }
      if child + 1 < heap.count && isLess(heap[child], heap[child + 1]) { child += 1 }
      if !isLess(heap[index], heap[child]) { return }
      heap.swapAt(index, child)
      place[Int(heap[index])] = Int32(index)
      place[Int(heap[child])] = Int32(child)
      index = child
    }
  }

  /// The cell of a point in a grid of cells as wide as the reach.
  private static func cell(_ point: SIMD3<Float>, _ reach: Float) -> SIMD3<Int64> {
    // What is too far away to count cells shares one.
    let place = (point / reach).rounded(.down)
    return SIMD3(
      Int64(place.x.countable), Int64(place.y.countable), Int64(place.z.countable))
  }

  private static func cells(
    _ points: [SIMD3<Float>], _ reach: Float
  ) -> [SIMD3<Int64>: [Int32]] {
    var cells: [SIMD3<Int64>: [Int32]] = [:]
    for (index, point) in points.enumerated() {
      cells[cell(point, reach), default: []].append(Int32(index))
    }
    return cells
  }

  /// For each point those within reach.
  private static func near(
    _ points: [SIMD3<Float>], _ cells: [SIMD3<Int64>: [Int32]], _ reach: Float
  ) -> [[Int32]] {
    points.enumerated().map { index, point in
      let home = cell(point, reach)
      var near: [Int32] = []
      for z in -1...1 as ClosedRange<Int64> {
        for y in -1...1 as ClosedRange<Int64> {
          for x in -1...1 as ClosedRange<Int64> {
            for other in cells[home &+ SIMD3(x, y, z)] ?? [] where Int(other) != index {
              if (points[Int(other)] - point).lengthSquared < reach * reach { near.append(other) }
            }
          }
        }
      }
      return near
    }
  }
}

extension Float {
  /// Something a 64-bit integer can hold.
  fileprivate var countable: Float { self > -1e18 ? Swift.min(self, 1e18) : -1e18 }
}
