/// Half-edges in ascending order of cost, in buckets a sixteenth of an octave wide.
///
/// Costs are floats that are not negative, whose bit patterns sort as the numbers do; the upper thirteen
/// bits are the bucket. Which of two nearly equal costs comes first hardly matters; the time of an exact
/// sort does.
struct CollapseQueue {
  private var counts = [Int32](repeating: 0, count: 4096)
  var costs: [Float] = []
  var halfedges: [Halfedge] = []
  private(set) var ordered: [Halfedge] = []

  private static func bucket(_ cost: Float) -> Int { Int(cost.bitPattern >> 19) & 4095 }

  var count = 0

  /// Empties the queue and makes room.
  mutating func removeAll(room: Int) {
    count = 0
    guard costs.count < room else { return }
    costs = [Float](repeating: 0, count: room)
    halfedges = [Halfedge](repeating: .none, count: room)
  }

  /// Adds an edge; there must be room.
  mutating func append(_ halfedge: Halfedge, cost: Float) {
    costs[count] = cost
    halfedges[count] = halfedge
    count += 1
  }

  /// Sorts the cheapest `wanted` half-edges, and those in the bucket of the last, into `ordered`. Gives the
  /// largest cost among them.
  mutating func order(cheapest wanted: Int) -> Float {
    for index in counts.indices { counts[index] = 0 }
    return Self.order(&ordered, &orderedCount, &counts, costs, halfedges, count, wanted)
  }

  private static func order(
    _ ordered: inout [Halfedge], _ orderedCount: inout Int, _ counts: inout [Int32],
    _ allCosts: [Float], _ all: [Halfedge], _ count: Int, _ wanted: Int
  ) -> Float {
    let costs = allCosts.span
    let halfedges = all.span
    var places = counts.mutableSpan
    for index in 0..<count { places[bucket(costs[index])] &+= 1 }
    var sum: Int32 = 0
    var last = 0
    for bucket in 0..<4096 {
      let count = places[bucket]
      places[bucket] = sum
      if Int(sum) < wanted && count > 0 { last = bucket }
      sum += count
    }
    let kept = last == 4095 ? Int(sum) : Int(places[last + 1])
    if ordered.count < kept { ordered = [Halfedge](repeating: .none, count: max(kept, count / 2)) }
    var list = ordered.mutableSpan
    var largest: Float = 0
    for index in 0..<count {
      let cost = costs[index]
      let bucket = bucket(cost)
      if bucket > last { continue }
      let place = places[bucket]
      list[Int(place)] = halfedges[index]
      places[bucket] = place &+ 1
      largest = max(largest, cost)
    }
    orderedCount = kept
    return largest
  }

  private(set) var orderedCount = 0
}
