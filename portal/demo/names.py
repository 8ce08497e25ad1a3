"""Words that the invented city is named from. Any likeness to a real street is chance."""

_STEMS = """
Abbotsholm Alderwick Amberley Anvil Applegarth Archway-End Arkwright Ashcombe Aumbry Badgers
Barleymow Basketmakers Beaconfield Bellfounder Birchanger Blackthorn Boatbuilders Bramblecote
Brightling Brindlewood Buckler Calthorpe Candlewick Carding Carrowmore Chandlery Cinderhill
Clockhouse Cobbler Colliery Cordwain Corvedale Cotterell Cressbrook Culverhay Damson Delverton
Dovecote Drovers Duckett Eastering Elderfield Elmhanger Fallowfield Farrier Feathers Fellmonger
Fenwick Fernleaf Fiddlers Flaxmill Foxcote Fuller Garland Gatcombe Glaziers Goldhanger
Goosander Gorsehill Greyfell Hallowdene Hammerpond Harebell Harrowgate Hartsmere Hawksworth
Hazelrigg Heronsway Hollowell Honeycomb Hornbeam Ivybridge Jessamy Juniper Kestrel Kettlewell
Kilnhurst Lacemaker Lamplighter Lapwing Larkfield Lavender Limekiln Linnet Lockkeeper Longmead
Maltster Mapleton Meadowsweet Mercer Millrace Moorhen Mulberry Nettlefold Nightingale Oakhanger
Osierbed Ostler Otterburn Paddock Partridge Pebblecombe Pennyroyal Pinfold Plover Potters
Quarrydene Quillmaker Ragstone Redshank Ropewalk Rowanberry Saddler Saltmarsh Sandpiper
Saxonfield Sedgemoor Shearwater Silversmith Skylark Sorrel Spindle Starling Stonecrop
Swallowdale Tallow Tanner Teasel Thistledown Thornbury-End Tinderbox Tollgate Turnstile
Umberleigh Vellum Wagtail Wainwright Walnut Weatherby Weaver Wheelwright Whinfell Wicker
Willowherb Windlass Woodcote Wychling Yarrow
"""
STEMS = tuple(_STEMS.split())

_STREET_TYPES = """
Street Street Street Road Road Road Lane Avenue Gardens Terrace Grove Hill Row Crescent Walk
Mews Close Way Place
"""
STREET_TYPES = tuple(_STREET_TYPES.split())

# Every town has these, so that the page that asks "which one?" has something to ask.
SHARED_STREETS = ("High Street", "Station Road", "Church Lane", "Mill Hill")

STATION_ENDINGS = ("Cross", "Green", "Junction", "Broadway", "Park", "Lane")

_SAINTS = """
Aldric Bertha Cuthwin Dunmore Elfleda Frithgar Godric Hildelith Ivo Kenelm Leofric Mildgyth
Osgyth Petroc Quirin Rumwold Sexburga Tova Ursin Veronique Wendreda Ymar
"""
SAINTS = tuple(_SAINTS.split())
