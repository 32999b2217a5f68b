extension Mesh {
  /// The rims of the surface: for each a closed walk of vertices over exactly welded points, with the
  /// surface on its left. Empty for a closed surface.
  ///
  /// At a point where the surface is not manifold, the walk stays with the fan that it came along.
  public func boundaryLoops() -> [[Int]] {
    let weld = Weld(positions)
    let kernel = HalfedgeMesh(self, weld: weld)
    return kernel.boundaryLoops().map { loop in
      loop.map { Int(weld.vertexOfPoint[Int(kernel.points[$0.slot])]) }
    }
  }
}

extension HalfedgeMesh {
  /// Each boundary once, as the vertices along it, with the surface on its left.
  package func boundaryLoops() -> [[Vertex]] {
    var isVisited = [Bool](repeating: false, count: positions.count)
    var loops: [[Vertex]] = []
    for slot in positions.indices where !isVisited[slot] && isBoundary(Vertex(slot)) {
      var loop: [Vertex] = []
      var vertex = Vertex(slot)
      while !isVisited[vertex.slot] {
        isVisited[vertex.slot] = true
        loop.append(vertex)
        // The boundary half-edge that leaves a vertex is the one its turn begins with.
        vertex = target(outgoing[vertex.slot])
      }
      loops.append(loop)
    }
    return loops
  }
}
