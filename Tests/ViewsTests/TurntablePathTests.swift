import Testing
import Views

@Suite struct TurntablePathTests {
  private func path(_ effect: TurntableEffect, isEased: Bool = true) -> TurntablePath {
    TurntablePath(effect, isEased: isEased, turn: 0, tilt: 0)
  }

  /// Where a camera is, and how visible the object.
  private func gap(_ a: TurntablePose, _ b: TurntablePose) -> Double {
    let away = a.direction * a.distance - b.direction * b.distance
    return (away * away).sum().squareRoot() + abs(a.opacity - b.opacity)
  }

  /// Eased motions start and stop without a jerk: near their ends next to nothing moves.
  @Test(arguments: TurntableEffect.allCases) func easedEndsAreStill(_ effect: TurntableEffect) {
    let path = path(effect)
    #expect(gap(path.pose(at: 0), path.pose(at: 1e-3)) < 1e-5)
    #expect(gap(path.pose(at: 1), path.pose(at: 1 - 1e-3)) < 1e-5)
    // In between it does move.
    let poses = path.poses(90)
    #expect(zip(poses, poses.dropFirst()).map { gap($0, $1) }.max()! > 0.02)
  }

  /// A loop's end is its start, and no frame is there twice: the step over the seam is one like the others.
  @Test(arguments: [TurntableEffect.turntable, .showcase, .zoomOrbit])
  func loopsClose(_ effect: TurntableEffect) {
    #expect(path(effect).isLoop)
    #expect(gap(path(effect).pose(at: 0), path(effect).pose(at: 1)) < 1e-9)
    let poses = path(.turntable, isEased: false).poses(90)
    #expect(abs(gap(poses[89], poses[0]) - gap(poses[0], poses[1])) < 1e-9)
    #expect(poses[0] != poses[89])
  }

  /// The others end in the pose that they are about.
  @Test(arguments: [TurntableEffect.heroSpin, .reveal])
  func settlersEndAtThreeQuarters(_ effect: TurntableEffect) {
    let last = path(effect).poses(60)[59]
    #expect(!path(effect).isLoop)
    #expect(abs(last.azimuth - 35) < 1e-9 && abs(last.elevation - 15) < 1e-9)
    #expect(last.distance == 1 && last.opacity == 1)
    #expect(path(.reveal).poses(60)[0].opacity == 0)
  }

  @Test func turnAndTiltAreAdded() {
    let path = TurntablePath(.turntable, isEased: false, turn: 90, tilt: 80)
    #expect(path.pose(at: 0).azimuth == 90)
    #expect(path.pose(at: 0.25).azimuth == 180)
    // Not over the pole.
    #expect(path.pose(at: 0).elevation == 89.9)
  }
}
