import Testing

@Suite struct HullTests {}
