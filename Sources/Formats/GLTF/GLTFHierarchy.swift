/// Checks that the nodes of a document can be walked: no node is its own ancestor, and the walk ends.
enum GLTFHierarchy {
  /// More places than this are not drawn; a few nodes that share children can ask for any number.
  static let placeLimit = 1_000_000

  /// A node with two parents is shown under both, with a warning: the format forbids it, but the meaning
  /// is plain.
  static func check(_ document: GLTFDocument) throws(FormatError) -> [String] {
    let nodes = document["nodes"]
    var children: [[Int]] = []
    for node in nodes {
      children.append(try node.indices("children", into: "nodes", size: nodes.count))
    }
    var parents = [Int](repeating: 0, count: nodes.count)
    for child in children.joined() { parents[child] += 1 }

    // Take away nodes whose parents are all gone; what is never taken lies on or below a loop.
    var waiting = parents
    var ready = nodes.indices.filter { parents[$0] == 0 }
    var places = [Double](repeating: 0, count: nodes.count)
    for root in ready { places[root] = 1 }
    var taken = 0
    var total = 0.0
    while let node = ready.popLast() {
      taken += 1
      total += places[node]
      for child in children[node] {
        places[child] += places[node]
        waiting[child] -= 1
        if waiting[child] == 0 { ready.append(child) }
      }
    }
    if taken < nodes.count {
      let stuck = nodes.indices.first { waiting[$0] > 0 }!
      throw FormatError(
        "node-loop", "the node is its own ancestor, or below one that is", at: "nodes[\(stuck)]")
    }
    guard total <= Double(placeLimit) else {
      throw FormatError("too-many-nodes", "shared children make \(total) places", at: "nodes")
    }
    let shared = nodes.indices.filter { parents[$0] > 1 }
    return shared.isEmpty
      ? [] : ["node \(shared[0]) has \(parents[shared[0]]) parents; it is shown under each"]
  }
}
