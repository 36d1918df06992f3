"""Reports in the styles of houses that make recommendations, and some that make none: the half that rules were developed on.

Name -> language, title, style sheet, body; `<r>` holds each recommendation where it stands at length.
"""

from styles import *
F=filler
R={}
# --- the national auditor: letters without a mark in the margin, under numbered paragraphs
css=PAGE+SANS+head("Summary  Managing the grant fund")+"ol.m{counter-reset:n}.np{position:relative;margin-left:12mm}.np b.n{position:absolute;left:-12mm}.lt{position:relative;margin-left:20mm}.lt b{position:absolute;left:-8mm;font-weight:normal}"
def np(n,t): return f'<p class=np><b class=n>{n}</b>{t}</p>'
def lt(l,t): return f'<p class=lt><b>{l}</b><r>{t}</r></p>'
R['auditor-letters']=('en','Managing the grant fund',css,
 '<h1>Managing the grant fund</h1><p>Report by the Comptroller and Auditor General</p><p>14 March 2021</p><h2 class=pb>Summary</h2><h3>Key findings</h3>'
 +''.join(np(i,F(1,i,tag='span')) for i in range(1,12))+'<h3>Conclusion on value for money</h3>'+np(12,F(1,77,tag='span'))
 +'<h2>Recommendations</h2>'+np(13,'The following recommendations are intended to help the Department learn from the first round and to improve the way in which later rounds are managed.')
 +lt('a','The Department should set out what it expects each grant to achieve, and how it will know, before the money is paid.')
 +lt('b','It should publish the criteria by which applications are ranked. Applicants who are turned down should be told which of the criteria they did not meet.')
 +lt('c','HM Treasury and the Department should agree by the end of 2021 how unspent money is to be returned.')
 +np(14,'We also looked at the way in which the regions work with the Department.')
 +lt('d','The Department should test the capacity of regions to take part before the next round begins.')
 +'<h2 class=pb>Part One</h2><h3>How the fund works</h3>'+''.join(np(f'1.{i}',F(1,f'a{i}',tag='span')) for i in range(1,9)))
# --- GAO
css=PAGE+SERIF+"@page{@bottom-left{content:'Page ' counter(page);font:8pt sans-serif}@bottom-right{content:'GAO-21-555  Rural Broadband';font:8pt sans-serif}}body{margin-left:40mm}h2{margin-left:-40mm}"
R['gao']=('en','Rural Broadband: Agencies Should Improve Their Data',css,
 '<h1>RURAL BROADBAND</h1><p>Agencies Should Improve Their Data</p><p>June 2021</p><h2>What GAO Recommends</h2><p>GAO is making three recommendations, including that the agencies agree on common definitions. Both agencies agreed with them.</p><h2 class=pb>Background</h2>'+F(8,1)
 +'<h2>Conclusions</h2>'+F(2,2)+'<h2>Recommendations for Executive Action</h2><p>We are making a total of three recommendations, including two to the Agency and one to the Department:</p>'
 +'<p><r>The Administrator of the Agency should ensure that the maps used for awarding funds are checked against a sample of addresses every year. (Recommendation 1)</r></p>'
 +'<p><r>The Administrator of the Agency should work with the states to develop common definitions of service. (Recommendation 2)</r></p>'
 +'<p><r>The Secretary of the Department should document how applications are scored and retain the scores for at least five years. (Recommendation 3)</r></p>'
 +'<h2>Agency Comments</h2><p>We provided a draft of this report to the Agency and the Department for comment. Both agreed with our recommendations.</p>'+F(2,3)+'<h2>Appendix I: Objectives, Scope, and Methodology</h2>'+F(3,4))
# --- OIG: numbers go on over the findings; management's answers between
css=PAGE+SERIF+head("Office of Inspector General")
def ol(items,start=1): return f'<ol start={start}>'+''.join(f'<li><p><r>{i}</r></p></li>' for i in items)+'</ol>'
R['inspector-findings']=('en','Audit of Travel Cards',css,
 '<h1>Audit of Travel Cards</h1><p>Report No. A-19-004</p><p>September 12, 2019</p><h2 class=pb>Findings and Recommendations</h2><h3>Finding 1: Cards were not cancelled when employees left</h3>'+F(4,11)
 +'<h3>Recommendations</h3><p>We recommend that the Chief Financial Officer:</p>'+ol(['Cancel the cards of employees who have left the agency within five days of their last day.','Review the list of open cards each quarter against the payroll and document the review.'])
 +'<h3>Management Response and Our Evaluation</h3><p>Management agreed with both recommendations and expects to complete them by March 2020.</p>'
 +'<h3>Finding 2: Approving officials approved their own purchases</h3>'+F(5,12)+'<h3>Recommendations</h3><p>We recommend that the Chief Financial Officer:</p>'
 +ol(['Change the approval settings so that nobody can approve a purchase of their own.','Train approving officials once a year in the rules that apply to travel cards.','Recover the $12,411 that was spent without approval.'],3)
 +'<h3>Management Response and Our Evaluation</h3>'+F(2,13)+'<h2>Appendix A: Scope and Methodology</h2>'+F(3,14))
# --- Commons committee: bold in the text, all of them numbered at the end among conclusions
css=PAGE+SERIF+head("Fourth Report of Session 2019")
concl=[(0,'Flooding costs the country more every year, and those who pay most are least able to. (Paragraph 4)'),
 (1,'We recommend that the Government publish a national map of surface water risk by the end of next year, and that it be updated every three years thereafter. (Paragraph 9)'),
 (0,'The Agency has done well with the resources that it has. (Paragraph 11)'),
 (1,'The Government should give the Agency a duty to report each year on the condition of all flood defences, whoever owns them. (Paragraph 15)'),
 (1,'Developers must be required to show, before work begins, who will maintain the drainage of a new estate. We call on the Government to bring forward the necessary regulations without further delay. (Paragraph 19)')]
body='<h1>Surface water flooding</h1><p>Fourth Report of Session 2019</p><p>Report, together with formal minutes relating to the report</p><p>Published on 6 March 2019</p><h2 class=pb>Contents</h2><p>Report</p><p>1 Introduction 3<br>2 The cost 5<br>3 Who is responsible 8<br>Conclusions and recommendations 12<br>Formal minutes 14</p>'
n=1
body+='<h2 class=pb>1 Introduction</h2>'
for i,(rec,t) in enumerate(concl):
    body+=F(2,40+i,num=n)+f'<p>{n+2}.&emsp;<b>{t.split(" (Para")[0]}</b></p>'; n+=3
body+='<h2 class=pb>Conclusions and recommendations</h2><h3>The cost</h3><ol>'
for i,(rec,t) in enumerate(concl):
    if i==2: body+='</ol><h3>Who is responsible</h3><ol start=3>'
    body+='<li><p>'+(f'<r>{t}</r>' if rec else t)+'</p></li>'
body+='</ol><h2 class=pb>Formal minutes</h2><p>Wednesday 27 February 2019</p><p>Members present:</p><ul><li>Ann Li, in the Chair</li><li>Bo Berg</li></ul><p>Paragraphs 1 to 20 read and agreed to.</p>'
R['commons-committee']=('en','Surface water flooding',css,body)
# --- council scrutiny: boxes in the text, the list in front
recs=['That the Cabinet Member for Housing publishes a register of all empty homes in the borough and reviews it each spring.','That the Council uses its powers over empty homes in at least ten cases a year.','That officers write to the owners of homes that have been empty for longer than two years, and tell them what help there is.','That the Committee receives a report on progress in twelve months.']
css=PAGE+DEJA+head("Scrutiny Review of Empty Homes")
R['council-boxes']=('en','Scrutiny Review of Empty Homes',css,'<h1>Scrutiny Review of Empty Homes</h1><p>Housing Scrutiny Committee</p><p>November 2018</p><h2 class=pb>Chair’s foreword</h2>'+F(2,50)+'<h2>Summary of recommendations</h2>'
 +''.join(f'<p><b>Recommendation {i}:</b> {t}</p>' for i,t in enumerate(recs,1))+'<h2 class=pb>Evidence</h2>'
 +''.join(F(3,51+i)+f'<div class=box><p><b>Recommendation {i}:</b> <r>{t}</r></p></div>' for i,t in enumerate(recs,1))+'<h2>Acknowledgements</h2>'+F(1,60))
# --- German: headings with numbers, an explanation under each
css=PAGE+SANS+head("Kommunale Wärmeplanung")
emp=['Verbindliche Wärmepläne für alle Städte einführen','Beratung der Eigentümerinnen und Eigentümer ausbauen und dauerhaft finanzieren','Daten über Gebäude und Netze bundesweit einheitlich erheben']
R['empfehlungen']=('de','Kommunale Wärmeplanung',css,'<h1>Kommunale Wärmeplanung</h1><p>Studie im Auftrag des Umweltamtes</p><p>Mai 2022</p><h2 class=pb>1 Einleitung</h2>'+F(5,70,'de')+'<h2>2 Ergebnisse</h2>'+F(6,71,'de')+'<h2 class=pb>3 Handlungsempfehlungen</h2><p>Aus den Ergebnissen leiten wir drei Empfehlungen an Bund und Länder ab.</p>'
 +''.join(f'<h3>Empfehlung {i}: <r>{t}</r></h3>'+F(2,72+i,'de') for i,t in enumerate(emp,1))+'<h2>Literatur</h2><ul><li>Amt für Statistik (2021): Gebäude und Wohnungen.</li><li>Weber, K. (2020): Wärme in der Stadt.</li></ul>')
# --- French: in the text, and listed at the end
css=PAGE+SERIF+head("Les aides au logement étudiant",False)
rf=['Publier chaque année le nombre de logements mis en service par académie.','Confier aux régions la programmation des constructions, dans le cadre d’une convention de trois ans.','Verser les aides dès le mois de septembre.']
R['recommandations']=('fr','Les aides au logement étudiant',css,'<h1>Les aides au logement étudiant</h1><p>Rapport d’évaluation</p><p>Octobre 2017</p><h2 class=pb>Synthèse</h2>'+F(3,80,'fr')+'<h2>1. Des aides mal réparties</h2>'
 +''.join(F(3,81+i,'fr')+f'<p class=box><i>Recommandation n° {i} :</i> <r>{t}</r></p>' for i,t in enumerate(rf,1))+'<h2 class=pb>Liste des recommandations</h2>'+''.join(f'<p>Recommandation n° {i} : {t}</p>' for i,t in enumerate(rf,1))+'<h2>Annexes</h2>'+F(2,89,'fr'))
# --- UN evaluation
css=PAGE+SANS+head("Country programme evaluation")
un=[('Align the next programme with the national plan.','The office should agree with the Ministry, before the design begins, which parts of the plan the programme will support.'),('Strengthen monitoring at the level of outcomes.','Indicators should be few, and each should have a baseline.'),('Plan for the end of support from the start of each project.','Every project document should say who will pay for what has been built.')]
R['evaluation']=('en','Evaluation of the country programme',css,'<h1>Evaluation of the country programme</h1><p>Independent Evaluation Office</p><p>February 2020</p><h2 class=pb>Findings</h2>'+F(7,90)+'<h2>Conclusions</h2>'+F(3,91)+'<h2 class=pb>Recommendations</h2>'
 +''.join(f'<p><b>Recommendation {i}. <r>{a}</b> {b}</r></p><p>Priority: High. Responsible: country office, with support from the regional bureau. Time frame: within twelve months.</p>'+F(1,92+i) for i,(a,b) in enumerate(un,1))+'<h2>Lessons learned</h2><ul><li>Small grants reach people whom large ones do not.</li><li>Delays in procurement were the main cause of underspending.</li></ul>')
# --- OECD: a box in two columns
css=PAGE+SANS+head("Economic survey")+".two{columns:2;column-gap:8mm}"
R['survey-box']=('en','Economic survey of Ruritania',css,'<h1>Economic survey of Ruritania</h1><p>2019</p><h2 class=pb>Assessment</h2><div class=two>'+F(8,100)+'</div><div class=box><p><b>Box 1.2. Key recommendations</b></p><p><b>Fiscal policy</b></p><ul><li><r>Bring the deficit below 3% of national income by 2021 and publish a plan for the years after.</r></li><li><r>Replace reduced rates of value added tax by transfers to poor households.</r></li></ul><p><b>Labour market</b></p><ul><li><r>Link the statutory age of retirement to life expectancy.</r></li><li><r>Expand places in childcare, above all for children under three.</r></li></ul></div><div class=two>'+F(6,101)+'</div>')
# --- accidents
css=PAGE+SERIF+head("Accident to aircraft on 4 May 2019")
R['accident']=('en','Report on the accident to aircraft on 4 May 2019',css,'<h1>Report on the accident to aircraft on 4 May 2019</h1><p>Aircraft Accident Report 2/2020</p><h2 class=pb>1 Factual information</h2>'+F(6,110)+'<h2>2 Analysis</h2>'+F(4,111)+'<h2>3 Conclusions</h2><h3>3.1 Findings</h3><ol><li>The crew were licensed and rested.</li><li>The door was not latched when the aircraft left the stand.</li><li>The warning light had failed on an earlier flight.</li></ol><h2>4 Safety recommendations</h2><p>The following safety recommendations have been made:</p>'
 +'<p><b>Safety Recommendation 2020-012</b></p><p><r>It is recommended that the manufacturer change the door warning so that a single failure cannot silence it.</r></p><p><b>Safety Recommendation 2020-013</b></p><p><r>It is recommended that the Agency require operators to check the latches of cargo doors before each flight.</r></p><p><b>Safety Recommendation 2020-014</b></p><p><r>It is recommended that the operator revise its training of ground crews.</r></p><h2>Appendix A</h2>'+F(2,112))
# --- traps
css=PAGE+SERIF+head("Protocol for field stations",False)
R['trap-standard']=('en','A Protocol for Field Stations',css,'<h1>A Protocol for Field Stations</h1><p>Internet-Draft, July 2016</p><h2>1. Conventions</h2><p>The key words "MUST", "MUST NOT", "REQUIRED", "SHALL", "SHOULD", "SHOULD NOT", "RECOMMENDED", "MAY", and "OPTIONAL" in this document are to be interpreted as described in RFC 2119.</p><h2>2. Transport</h2><p>It is RECOMMENDED that senders observe the following:</p><ul><li>Messages SHOULD be no longer than 512 octets.</li><li>A sender MUST NOT repeat a message within two seconds.</li><li>The checksum field MUST be set to zero when it is not used.</li></ul>'+F(3,120)+'<h2>3. Security Considerations</h2>'+F(3,121)+'<h2>4. Recommendations for Implementers</h2><ol><li>The value of max_retry SHOULD be 5.</li><li>Implementations SHOULD log every reset.</li><li>The timer T1 SHOULD be 30 seconds.</li></ol>')
css=PAGE+DEJA
R['trap-manual']=('en','Station Server: Administrator’s Guide',css,'<h1>Station Server: Administrator’s Guide</h1><h2 class=pb>Installing</h2>'+F(2,130)+'<p>We recommend the following packages:</p><ul><li>python3-lxml for reading site maps</li><li>redis (7.0 or later) for the queue</li><li>nginx as a proxy in front of the server</li></ul><h3>Recommended settings</h3><table><tr><th>Setting<th>Value<tr><td>workers<td>4<tr><td>timeout<td>30</table><h3>Recommendations</h3><ul><li>Set <code>max_connections=200</code> in your configuration.</li><li>Use a solid-state disk for /var/lib/station.</li><li>Keep your server up to date with <code>station update --all</code>.</li></ul><h2>Using the server</h2>'+F(4,131))
css=PAGE+SANS+head("Annual follow-up")
R['trap-progress']=('en','Follow-up of earlier recommendations',css,'<h1>Follow-up of earlier recommendations</h1><p>March 2022</p><h2 class=pb>Summary</h2>'+F(2,140)+'<h2>Progress against recommendations</h2><table><tr><th>Recommendation<th>Action taken<th>Status'
 +''.join(f'<tr><td>Recommendation {i}: {t}<td>{F(1,141+i,tag="span")}<td>{s}' for i,(t,s) in enumerate([('The Department should publish its plans.','Implemented'),('The Department should train its managers in contract law.','In progress'),('The board should meet in public twice a year.','Not implemented'),('The fund should be audited every year.','Implemented')],1))
 +'</table><h2>Recommendations made in the previous report</h2><ol><li>The Department should publish its plans.</li><li>The Department should train its managers in contract law.</li><li>The board should meet in public twice a year.</li></ol>'+F(3,149))
R['trap-references']=('en','Water quality in the coastal towns',css.replace('Annual follow-up','Water quality'),'<h1>Water quality in the coastal towns</h1><p>April 2015</p><p>Recommended citation: Coastal Institute (2015). Water quality in the coastal towns. Harbour Press.</p><h2 class=pb>Contents</h2><p>1 Background ........ 3<br>2 Method ........ 4<br>3 Results ........ 6<br>4 Recommendations of others ........ 7</p><h2 class=pb>1 Background</h2><p>In 2009 the World Water Board recommended the following:</p><ul><li>States should test wells each year.</li><li>States should publish what they find.</li></ul><p>The European guideline of 2011 recommends that utilities should:</p><ul><li>sample at the tap and at the source,</li><li>keep the samples for one year.</li></ul>'+F(5,150)+'<h2>Recommended reading</h2><ul><li>Li, A. Wells and how they fail. Harbour Press, 2009.</li><li>Berg, B. Improve your water. Harbour Press, 2011.</li><li>Ford, C. Should towns own their water? Coastal Papers 4.</li></ul>')
REPORTS=R
