import Geometry
import LinearMath
import Work

extension ViewSet {
  /// The depth maps of all views, found by matching each with its neighbours, beginning at the hull.
  func depthMaps(from hull: Mesh, seed: UInt64, _ work: WorkContext) throws -> [DepthMap] {
    let tree = BVH(hull)
    let normals = hull.areaWeightedNormals
    let full = try parallelMap(count: views.count, work) { index in
      StereoView(camera: projections[index], luma: LumaImage(views[index].colors))
    }
    let half = try parallelMap(count: views.count, work) { full[$0].halved }
    let dice = SeededGenerator(seed: seed)
    return try parallelMap(count: views.count, work) { index in
      try work.checkCancelled()
      work.progress.update(Double(index) / Double(views.count))
      let near = Neighbours.choose(projections, for: index, count: 6)
      func start(_ view: StereoView) -> DepthMap {
        DepthMap(of: tree, normals, hull, from: view.camera, where: view.luma.cover)
      }
      guard !near.isEmpty else { return start(full[index]) }
      var coarse = PatchMatch(
        half[index], near.map { half[$0] }, start: start(half[index]), dice: dice.stream(2 * index))
      coarse.run(guess: nil, rounds: 3, reach: 0.3)
      var fine = PatchMatch(
        full[index], near.map { full[$0] }, start: start(full[index]),
        dice: dice.stream(2 * index + 1))
      fine.run(guess: coarse.map, rounds: 1, reach: 0.01)
      fine.forgetWhatProvesNothing()
      var map = fine.map
      map.removeSpeckles(focal: projections[index].focal.x)
      return map
    }
  }
}
