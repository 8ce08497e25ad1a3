// The map of "Find video": no tiles and no pictures, so that nobody else learns which place is
// looked at. Streets are lines of the gazetteer; numbers are those of the list.
import "./vendor/leaflet.js";

const L = window.L;
const PIN = 26;
const NAMES_FROM_ZOOM = 16;
const MOST_NAMES = 25;
const INK = "#14191a";
const TRACK = { proposed: "#5a3a86", confirmed: "#06343a", rejected: "#4a5355" };
const STILL = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
const BARE = { interactive: false };

// Draws everything in `facts` (see the page's map.json) in `place`; `onChoose` is called with the
// candidate whose number was pressed. Returns what chooses one from outside.
export function drawMap(place, facts, onChoose) {
  const map = L.map(place, {
    attributionControl: false,
    zoomSnap: 0.25,
    zoomDelta: 0.5,
    minZoom: 8,
    maxZoom: 20,
    scrollWheelZoom: false,
    zoomAnimation: !STILL,
    fadeAnimation: !STILL,
    markerZoomAnimation: !STILL,
  });
  place.setAttribute("role", "region");
  place.setAttribute(
    "aria-label",
    "Map of where each camera went. The arrow keys move it, plus and minus zoom.",
  );
  L.control.scale({ imperial: false, maxWidth: 140 }).addTo(map);
  // The page scrolls with the wheel until somebody works with the map.
  place.addEventListener("focusin", () => map.scrollWheelZoom.enable());
  place.addEventListener("focusout", () => map.scrollWheelZoom.disable());

  const ground = drawGround(map, facts.ground);
  map.fitBounds(ground.extent, { padding: [24, 24], animate: false });
  ground.fit();
  for (const { lines } of facts.streets) {
    const street = { ...BARE, color: "#c3cdce", weight: 5, lineCap: "round" };
    L.polyline(lines, street).addTo(map);
  }
  ground.cross?.addTo(map);
  const names = L.layerGroup().addTo(map);
  const tracks = facts.tracks.map((track) => drawTrack(map, track));
  const pins = facts.tracks.map((track) => drawPin(map, track, onChoose));
  const byCandidate = new Map(
    facts.tracks.map((track, at) => [String(track.candidate), { ...tracks[at], ...pins[at] }]),
  );

  const settle = () => {
    ground.fit();
    spread(map, pins);
    nameStreets(map, names, facts.streets);
  };
  map.on("zoomend", settle);
  map.on("moveend", () => nameStreets(map, names, facts.streets));
  new ResizeObserver(() => map.invalidateSize({ animate: false })).observe(place);
  settle();

  let chosen = null;
  return {
    choose(candidate) {
      light(byCandidate.get(chosen), false);
      chosen = candidate;
      const drawn = byCandidate.get(chosen);
      light(drawn, true);
      place.classList.toggle("office-map--choosing", Boolean(drawn));
      if (drawn && !map.getBounds().contains(drawn.pin.getLatLng())) {
        map.panTo(drawn.pin.getLatLng(), { animate: !STILL });
      }
    },
  };
}

// Where the search looked: a circle, a street with its reach, or a borough's outline.
function drawGround(map, { lines, radius_m: radius, is_area: isArea }) {
  const edge = { ...BARE, color: "#0e6672", weight: 2, dashArray: "6 5", fillOpacity: 0.08 };
  if (isArea) {
    const outline = L.polygon(lines, edge).addTo(map);
    return { extent: outline.getBounds(), fit() {} };
  }
  const [line] = lines;
  if (line.length === 1) {
    const circle = L.circle(line[0], { ...edge, radius });
    const extent = L.latLng(line[0]).toBounds(Math.max(2 * radius, 250) * 1.1);
    const icon = L.divIcon({ className: "office-map__cross", iconSize: [18, 18] });
    const cross = L.marker(line[0], { ...BARE, icon, keyboard: false });
    circle.addTo(map);
    return { extent, cross, fit() {} };
  }
  const reach = { ...BARE, color: "#0e6672", opacity: 0.14, lineCap: "round", lineJoin: "round" };
  const buffer = L.polyline(line, reach).addTo(map);
  const along = L.polyline(line, { ...BARE, color: "#0e6672", weight: 3, dashArray: "6 5" });
  const extent = L.latLngBounds(line.flatMap((at) => {
    const around = L.latLng(at).toBounds(Math.max(2 * radius, 100));
    return [around.getSouthWest(), around.getNorthEast()];
  }));
  // A line is as wide as its reach in metres, whatever the zoom.
  const fit = () => {
    const pixels = metresInPixels(map, line[0], 2 * radius);
    buffer.setStyle({ weight: pixels });
  };
  return { extent, cross: along, fit };
}

function metresInPixels(map, at, metres) {
  const here = L.latLng(at);
  const box = here.toBounds(metres);
  const west = map.latLngToLayerPoint([here.lat, box.getWest()]);
  return Math.max(4, map.latLngToLayerPoint([here.lat, box.getEast()]).x - west.x);
}

function drawTrack(map, { lines, status, is_uncertain: isUncertain }) {
  const look = {
    ...BARE,
    color: TRACK[status],
    weight: status === "confirmed" ? 4 : 2.5,
    dashArray: isUncertain ? "6 4" : null,
    className: "office-map__track",
  };
  const many = lines.filter((line) => line.length > 1);
  const line = L.polyline(many, look).addTo(map);
  const lone = lines.filter((each) => each.length === 1);
  const dots = lone.map(([at]) => {
    return L.circleMarker(at, { ...BARE, radius: 4, stroke: false, fillColor: look.color, fillOpacity: 1 }).addTo(map);
  });
  return { line, dots, look };
}

function drawPin(map, track, onChoose) {
  const { spot, number, status, is_uncertain: isUncertain } = track;
  const label = document.createElement("span");
  label.textContent = isUncertain ? `${number}?` : String(number);
  const kinds = [`office-pin--${status}`, isUncertain ? "office-pin--uncertain" : ""];
  const icon = L.divIcon({
    className: `office-pin ${kinds.join(" ")}`,
    html: label,
    iconSize: [PIN + 6 * Math.max(0, label.textContent.length - 2), PIN],
  });
  const pin = L.marker(spot, { icon, title: track.words, riseOnHover: true }).addTo(map);
  const leader = L.polyline([spot, spot], { ...BARE, color: INK, weight: 1 }).addTo(map);
  pin.getElement().setAttribute("aria-label", track.words);
  pin.getElement().setAttribute("aria-pressed", "false");
  // It is a button to those who hear the page: both keys of a button press it.
  pin.getElement().addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      event.stopPropagation();
      onChoose(String(track.candidate));
    }
  });
  pin.on("click", () => onChoose(String(track.candidate)));
  return { pin, leader, spot };
}

function light(drawn, isChosen) {
  if (!drawn) {
    return;
  }
  const { line, dots, look, pin } = drawn;
  line.setStyle(isChosen ? { color: INK, weight: 6 } : { color: look.color, weight: look.weight });
  dots.forEach((dot) => dot.setStyle({ fillColor: isChosen ? INK : look.color }));
  if (isChosen) {
    line.bringToFront();
  }
  line.getElement().classList.toggle("office-map__track--chosen", isChosen);
  pin.setZIndexOffset(isChosen ? 1000 : 0);
  pin.getElement().classList.toggle("office-pin--chosen", isChosen);
  pin.getElement().setAttribute("aria-pressed", String(isChosen));
}

// Numbers that would lie on each other are moved aside, with a thin line to where they belong.
function spread(map, pins) {
  const taken = [];
  for (const { pin, leader, spot } of pins) {
    const home = map.latLngToLayerPoint(spot);
    const free = nearbyPoints(home).find((at) => taken.every((other) => isApart(at, other)));
    taken.push(free ?? home);
    const at = map.layerPointToLatLng(free ?? home);
    pin.setLatLng(at);
    leader.setLatLngs([spot, at]);
  }
}

function isApart(a, b) {
  return Math.abs(a.x - b.x) >= PIN + 4 || Math.abs(a.y - b.y) >= PIN + 2;
}

// The point itself, then rings of points around it, wider and wider.
function nearbyPoints(home) {
  const points = [home];
  for (let ring = 1; ring <= 7; ring += 1) {
    for (let turn = 0; turn < 6 * ring; turn += 1) {
      const angle = (2 * Math.PI * turn) / (6 * ring);
      const [x, y] = [Math.cos(angle) * ring * 32, Math.sin(angle) * ring * 30];
      points.push(home.add([x, y]));
    }
  }
  return points;
}

// Names of streets, once there is room, where no other name stands.
function nameStreets(map, names, streets) {
  names.clearLayers();
  if (map.getZoom() < NAMES_FROM_ZOOM) {
    return;
  }
  const view = map.getBounds();
  const middle = map.getCenter();
  const [taken, named] = [[], new Set()];
  for (const { name, lines } of streets) {
    const near = lines.flat().filter((at) => view.contains(at));
    if (named.size >= MOST_NAMES || named.has(name) || !near.length) {
      continue;
    }
    near.sort((a, b) => middle.distanceTo(a) - middle.distanceTo(b));
    const point = map.latLngToLayerPoint(near[0]);
    const box = { x: point.x, y: point.y, width: name.length * 7 };
    const isFree = taken.every(
      (other) => Math.abs(box.y - other.y) > 16 || Math.abs(box.x - other.x) > (box.width + other.width) / 2,
    );
    if (isFree) {
      const text = document.createElement("span");
      text.textContent = name;
      const icon = L.divIcon({ className: "office-map__name", html: text, iconSize: [box.width, 14] });
      L.marker(near[0], { ...BARE, icon, keyboard: false, zIndexOffset: -1000 }).addTo(names);
      named.add(name);
      taken.push(box);
    }
  }
}
